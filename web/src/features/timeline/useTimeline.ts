import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { newLines } from "../../api/live.ts";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import type { Kind } from "../visibility/kinds.ts";
import type { Line, LineKind } from "./timeline.ts";

/** Whom a timeline is of; without a tenant, as events alone know them. */
export type Of = { tenant?: string; kind: Kind; entity: string };

const inTenant = "/api/v1/tenants/{id}/entities/{kind}/{entity}/timeline";
const alone = "/api/v1/entities/{kind}/{entity}/timeline";

type Query = { kind?: LineKind[]; since?: string; until?: string };

/** A timeline, page by page. */
export function useTimeline({ tenant, kind, entity }: Of, query: Query) {
  const path = { kind, entity };
  const known = usePages(inTenant, { path: { ...path, id: tenant ?? "" }, query }, { enabled: Boolean(tenant) });
  const unknown = usePages(alone, { path, query }, { enabled: !tenant });
  return tenant ? known : unknown;
}

/** What sign-ins of somebody, or to something, have in common. */
export function useSignIns({ tenant, kind, entity }: Of, enabled: boolean) {
  const path = { kind, entity };
  const known = useQuery({
    ...read(`${inTenant}/summary`, { path: { ...path, id: tenant ?? "" } }),
    enabled: enabled && Boolean(tenant),
  });
  const unknown = useQuery({ ...read(`${alone}/summary`, { path }), enabled: enabled && !tenant });
  return tenant ? known : unknown;
}

/** How often one looks for new lines where nothing tells of them: events do not, as they are many. */
const every = 10_000;

/** How many lines came after those that are shown; 100 stands for as many and more. */
export function useNewLines({ tenant, kind, entity }: Of, query: Query, shown: Line[] | undefined): number {
  const top = shown?.[0]?.at;
  const head = useQuery({
    queryKey: [newLines, tenant, kind, entity, query, top],
    queryFn: async ({ signal }) => {
      const narrow = { ...query, since: top, limit: 100 };
      const page = tenant
        ? await call("get", inTenant, { path: { id: tenant, kind, entity }, query: narrow, signal })
        : await call("get", alone, { path: { kind, entity }, query: narrow, signal });
      return page.items.map((l) => l.id);
    },
    enabled: shown !== undefined && !query.until,
    refetchInterval: every,
  });
  const known = new Set(shown?.map((l) => l.id));
  return head.data?.filter((id) => !known.has(id)).length ?? 0;
}
