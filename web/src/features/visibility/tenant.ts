import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { toast } from "../../kit/Toast.tsx";
import { span } from "../../kit/time.ts";

export type Tenant = components["schemas"]["Tenant"];
export type TenantDetail = components["schemas"]["TenantDetail"];
export type Sync = components["schemas"]["TenantSync"];

/** The host of an org, without what all of them have before it. */
export function hostOf(t: Pick<Tenant, "domain">): string {
  return t.domain.replace(/^https?:\/\//, "");
}

export function titleOf(t: Pick<Tenant, "name" | "domain">): string {
  return t.name || hostOf(t);
}

/** Has an org read now. */
export function useReadNow(id: string) {
  return useMutation({
    mutationFn: () => call("post", "/api/v1/tenants/{id}/syncs", { path: { id } }),
    onSuccess: () => void stale("/api/v1/tenants", "/api/v1/tenants/{id}"),
    onError: (e) => toast({ tone: "bad", title: "It is not being read", detail: e.message }),
  });
}

/** Once a reading ends that one watched, all that it found is read again. */
export function useFreshAfter(sync: Sync | undefined) {
  const before = useRef(sync?.state);
  useEffect(() => {
    if (before.current === "running" && sync?.state !== "running") {
      void stale(
        "/api/v1/tenants/{id}/entities",
        "/api/v1/tenants/{id}/entities/{kind}/{entity}",
        "/api/v1/tenants/{id}/entities/{kind}/{entity}/edges",
        "/api/v1/tenants/{id}/entities/{kind}/{entity}/twins",
        "/api/v1/tenants/{id}/mismatches",
        "/api/v1/tenants/{id}/changes",
        "/api/v1/tenants/{id}/edge-changes",
      );
    }
    before.current = sync?.state;
  }, [sync?.state]);
}

/** How far a reading is, from 0 to 1. While lists are read that more comes of, nobody knows the end: undefined. */
export function partOf(of: { calls: number; wanted: number }, growing = false): number | undefined {
  if (growing || of.wanted <= 0) return undefined;
  return Math.min(1, of.calls / of.wanted);
}

/** What is left of a reading, in words. */
export function leftWords(s: Pick<Sync, "secondsLeft" | "growing">): string {
  if (s.secondsLeft <= 0) return s.growing ? "how much there is shows as lists are read" : "";
  const about = `about ${span(s.secondsLeft * 1000)} left`;
  return s.growing ? `${about}, or more: lists are still read` : about;
}

const week = 7 * 86_400_000;
const minute = 60_000;

/** The moment from which on changes are of late: a week ago, or when the first reading that came to its end began. */
export function lately(syncs: Pick<Sync, "state" | "startedAt">[], now: Date): string {
  const from = Math.floor((now.getTime() - week) / minute) * minute;
  const first = syncs.findLast((s) => s.state === "done");
  return first && new Date(first.startedAt).getTime() > from ? first.startedAt : new Date(from).toISOString();
}
