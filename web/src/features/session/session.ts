import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";

export type Session = components["schemas"]["Session"];
export type Permission = components["schemas"]["Permission"];

export const sessionQuery = { ...read("/api/v1/session", {}), staleTime: 60_000, retry: false };

/** Who is signed in. Pages inside the shell have one. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("the page is shown without a session");
  return data;
}

/** Whether the viewer may do something. */
export function useCan(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

// The session may end under an open page. Then one signs in over it, and
// whatever was typed is still there.
let ended = false;
const watchers = new Set<() => void>();

export function setEnded(e: boolean) {
  if (ended === e) return;
  ended = e;
  for (const w of watchers) w();
}

export function useEnded(): boolean {
  return useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => ended,
  );
}
