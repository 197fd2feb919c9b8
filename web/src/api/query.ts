import { QueryClient, queryOptions } from "@tanstack/react-query";
import { type Answer, call, type Input, type PathOf } from "./client.ts";
import { Failure } from "./failure.ts";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // Who waits at 3 a.m. should know soon; what may pass is tried again.
      retry: (n, error) =>
        n < 2 && error instanceof Failure && ["unreachable", "unavailable", "internal"].includes(error.kind),
      retryDelay: (n) => 600 * 2 ** n,
      refetchOnWindowFocus: "always",
    },
  },
});

type Params<P extends PathOf<"get">> = Omit<Input<"get", P>, "signal" | "body">;

/** The key of a path's answers. Its first part alone names all of them. */
export function keyOf<P extends PathOf<"get">>(path: P, params?: Params<P>) {
  return [path, params ?? {}] as const;
}

/** How to read a path. */
export function read<P extends PathOf<"get">>(path: P, params: Params<P>) {
  return queryOptions({
    queryKey: keyOf(path, params),
    queryFn: ({ signal }): Promise<Answer<"get", P>> => call("get", path, { ...params, signal } as Input<"get", P>),
  });
}

/** Has all that was read under some paths read again. */
export function stale(...list: PathOf<"get">[]) {
  return Promise.all(list.map((path) => queryClient.invalidateQueries({ queryKey: [path] })));
}
