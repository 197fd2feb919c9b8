import { queryOptions, useQuery } from "@tanstack/react-query";
import { queryClient, read } from "../../api/query.ts";
import { doingsOf, type Readable } from "./doings.ts";

/** What a flow does outside, through the flows of its folder too. */
function doingsQuery(flow: Readable & { folder: { id: string }; edition: string }) {
  return queryOptions({
    queryKey: ["flow-doings", flow.id, flow.edition],
    queryFn: async () => {
      const [catalogue, flows] = await Promise.all([
        queryClient.fetchQuery({ ...read("/api/v1/catalogue", {}), staleTime: Number.POSITIVE_INFINITY }),
        queryClient.fetchQuery(read("/api/v1/flows", {})),
      ]);
      const find = async (slug: string) => {
        const called = flows.find((f) => f.folder.id === flow.folder.id && f.slug === slug);
        if (!called) return undefined;
        return queryClient.fetchQuery(read("/api/v1/flows/{id}", { path: { id: called.id } })).catch(() => undefined);
      };
      return doingsOf(flow, find, {
        functions: new Map(),
        connectors: new Map(catalogue.connectors.map((c) => [c.id, c])),
        helpers: new Map(),
      });
    },
    staleTime: 0, // a called flow may have changed since
    gcTime: 0,
  });
}

export function useDoings(flow: Parameters<typeof doingsQuery>[0]) {
  return useQuery(doingsQuery(flow));
}
