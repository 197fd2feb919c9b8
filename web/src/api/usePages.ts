import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Answer, call, type Input, type PathOf } from "./client.ts";

type Page = { items: unknown[]; next?: string };

/** The paths whose answers are pages. */
export type PagedPath = { [P in PathOf<"get">]: Answer<"get", P> extends Page ? P : never }[PathOf<"get">];

type ItemOf<P extends PagedPath> = Answer<"get", P> extends { items: (infer T)[] } ? T : never;
type PageOf<P extends PagedPath> = Answer<"get", P>;
type Params<P extends PagedPath> = Omit<Input<"get", P>, "signal" | "body">;

/** A list that is read page by page. What it showed stays while other filters are read. */
export function usePages<P extends PagedPath>(path: P, params: Params<P>, options: { enabled?: boolean } = {}) {
  const q = useInfiniteQuery({
    queryKey: [path, params, "pages"],
    queryFn: async ({ pageParam, signal }) => {
      const given = params as { query?: Record<string, unknown> };
      const input = { ...given, query: { ...given.query, cursor: pageParam || undefined }, signal } as unknown as Input<
        "get",
        P
      >;
      return (await call("get", path, input)) as PageOf<P> & { items: ItemOf<P>[]; next?: string };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
    ...options,
  });
  const items = useMemo(() => q.data?.pages.flatMap((p) => p.items), [q.data]);
  return {
    items,
    /** The first page as it came, with what it says beside its items. */
    first: q.data?.pages[0] as PageOf<P> | undefined,
    error: q.error,
    refetch: () => void q.refetch(),
    refetching: q.isRefetching,
    more: { has: q.hasNextPage, busy: q.isFetchingNextPage, load: () => void q.fetchNextPage() },
  };
}
