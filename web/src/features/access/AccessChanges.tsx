import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { apiQuery } from "../events/query.ts";
import { TimeRange } from "../events/TimeRange.tsx";
import { Gaps } from "./Gaps.tsx";
import { NodeLink } from "./NodeLink.tsx";
import type { Path } from "./node.ts";
import { pathWords } from "./pathWords.ts";

const route = getRouteApi("/inside/access");

/** Which ways to super administrator came and went between two moments. */
export function AccessChanges({ tenant }: { tenant: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { range = "24h", since, until } = search;
  const span = useMemo(() => apiQuery({ range, since, until }, new Date()), [range, since, until]);
  const found = useQuery(
    read("/api/v1/tenants/{id}/access/changes", {
      path: { id: tenant },
      query: { from: span.since ?? "2000-01-01T00:00:00Z", to: span.until },
    }),
  );
  const c = found.data;
  const none = c && c.gained.length + c.lost.length + c.appeared.length + c.vanished.length === 0;
  return (
    <>
      <FilterBar>
        <TimeRange
          search={{ range, since, until }}
          onChange={(s) =>
            void navigate({ search: { ...search, range: s.range, since: s.since, until: s.until }, replace: true })
          }
        />
      </FilterBar>
      {found.isError && (
        <Failed
          what="What changed could not be worked out."
          error={found.error}
          onRetry={() => void found.refetch()}
          retrying={found.isRefetching}
        />
      )}
      {found.isPending && <SkeletonLines lines={6} />}
      {c && (
        <div className="flex flex-col gap-6">
          <Gaps
            gaps={c.blind}
            title="Not all was seen at both moments: what is new here may only be seen for the first time"
          />
          {none && <Empty title="No way came or went">As far as the org was seen at both moments.</Empty>}
          <Group tenant={tenant} title="Can become super administrator now, and could not" paths={c.gained} />
          <Group tenant={tenant} title="Could, and no longer can" paths={c.lost} />
          <Group tenant={tenant} title="New ways" paths={c.appeared} />
          <Group tenant={tenant} title="Ways that are gone" paths={c.vanished} />
        </div>
      )}
    </>
  );
}

function Group({ tenant, title, paths }: { tenant: string; title: string; paths: Path[] }) {
  if (paths.length === 0) return null;
  return (
    <Section title={title} aside={String(paths.length)}>
      <Panel>
        <ul className="divide-y">
          {paths.map((p, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: paths are told in their order
            <li key={i} className="px-3 py-1.5">
              <NodeLink tenant={tenant} node={p.start} bold />
              <span className="block text-sm wrap-anywhere text-muted">{pathWords(p)}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
