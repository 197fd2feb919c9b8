import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "../../api/client.ts";
import type { Alert, Severity } from "./alert.ts";
import type { AlertQuery } from "./filter.ts";
import { severityList } from "./severity.tsx";

type Place = { severities: Severity[]; cursor?: string };
type Page = { items: Alert[]; next?: Place };

const pageSize = 50;

/**
 * Alerts page by page. Worst first reads one severity after the other, each the newest first; the API orders by time
 * alone.
 */
export function useAlerts(query: AlertQuery, worstFirst: boolean) {
  const wanted = query.severity?.length ? severityList.filter((s) => query.severity?.includes(s)) : severityList;
  const q = useInfiniteQuery({
    queryKey: ["/api/v1/alerts", query, worstFirst ? "worst" : "newest", "pages"],
    initialPageParam: { severities: wanted } as Place,
    queryFn: ({ pageParam, signal }) =>
      worstFirst ? readOn(query, pageParam, signal) : readPage(query, pageParam, signal),
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const items = useMemo(() => q.data?.pages.flatMap((p) => p.items), [q.data]);
  return {
    items,
    error: q.error,
    refetch: () => void q.refetch(),
    refetching: q.isRefetching,
    more: { has: q.hasNextPage, busy: q.isFetchingNextPage, load: () => void q.fetchNextPage() },
  };
}

async function readPage(query: AlertQuery, at: Place, signal: AbortSignal, limit = pageSize): Promise<Page> {
  const got = await call("get", "/api/v1/alerts", { query: { ...query, cursor: at.cursor, limit }, signal });
  return { items: got.items, next: got.next ? { severities: at.severities, cursor: got.next } : undefined };
}

/** Some alerts, the worst first, and of those the newest. */
export async function worstAlerts(query: AlertQuery, limit: number, signal: AbortSignal): Promise<Alert[]> {
  return (await readOn(query, { severities: severityList }, signal, limit)).items;
}

/** Reads on through the severities until a page is full. */
async function readOn(query: AlertQuery, from: Place, signal: AbortSignal, size = pageSize): Promise<Page> {
  const items: Alert[] = [];
  let at: Place | undefined = from;
  while (at && items.length < size) {
    const [severity, ...rest]: Severity[] = at.severities;
    if (!severity) break;
    const page = await readPage({ ...query, severity: [severity] }, at, signal, size - items.length);
    items.push(...page.items);
    at = page.next ?? (rest.length > 0 ? { severities: rest } : undefined);
  }
  return { items, next: at };
}
