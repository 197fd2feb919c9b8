import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Empty } from "../../kit/Empty.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { CoverageTable } from "./CoverageTable.tsx";
import { ChangeMark, changeLine } from "./changeMark.tsx";
import { countWords, shareOf, wholly } from "./coverage.ts";
import { EntityLink } from "./EntityLink.tsx";
import { aboutKind, type Kind } from "./kinds.ts";
import { SyncProgress } from "./SyncProgress.tsx";
import { lately, type TenantDetail } from "./tenant.ts";

const figures: Record<TenantDetail["provider"], Kind[]> = {
  okta: ["user", "group", "app", "api_token", "policy", "device"],
  auth0: ["auth0_user", "auth0_organization", "auth0_role", "auth0_client", "auth0_connection"],
};

/** What there is of each kind, what changed of late, and how much is seen. */
export function TenantOverview({ tenant: t }: { tenant: TenantDetail }) {
  const read = t.collections.length > 0;
  return (
    <div className="flex flex-col gap-6">
      <SyncProgress sync={t.sync} />
      {!read && t.sync?.state !== "running" && (
        <Empty title="Nothing of this org is known yet">
          What it consists of stands here once it has been read to the end.
        </Empty>
      )}
      {read && (
        <>
          <Figures tenant={t} />
          <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <CoverageTable collections={t.collections} />
            <Lately tenant={t} />
          </div>
        </>
      )}
    </div>
  );
}

function Figures({ tenant: t }: { tenant: TenantDetail }) {
  const share = shareOf(t.collections);
  return (
    <ul aria-label="What there is" className="grid grid-cols-2 gap-3 sm:grid-cols-4 xl:grid-cols-7">
      {figures[t.provider].map((kind) => {
        const c = t.collections.find((x) => x.name === kind);
        return (
          <li key={kind} className="min-w-0">
            <Link
              to="/visibility/$id"
              params={{ id: t.id }}
              search={{ tab: "inventory", kind }}
              className="block h-full rounded-lg border bg-surface px-3 py-2.5 hover:bg-hover"
            >
              <span className="block text-sm text-muted">{aboutKind(kind).many}</span>
              <span className="block truncate text-lg font-medium tabular-nums">{countWords(c)}</span>
              {!wholly(c) && <span className="block truncate text-xs text-warn">not all is seen</span>}
            </Link>
          </li>
        );
      })}
      <li className="min-w-0 rounded-lg border bg-surface px-3 py-2.5">
        <span className="block text-sm text-muted">Seen in whole</span>
        <span className="block truncate text-lg font-medium tabular-nums">{share.percent} %</span>
        <span className="block truncate text-xs text-faint">
          {share.seen} of {share.of} collections
        </span>
      </li>
    </ul>
  );
}

/** The last changes of a week. What the first reading found is not new. */
function Lately({ tenant: t }: { tenant: TenantDetail }) {
  const syncs = useQuery(read("/api/v1/tenants/{id}/syncs", { path: { id: t.id } }));
  const since = syncs.data && lately(syncs.data, new Date());
  const changes = useQuery({
    ...read("/api/v1/tenants/{id}/changes", { path: { id: t.id }, query: { since, limit: 12 } }),
    enabled: since !== undefined,
  });
  const rows = changes.data?.items.toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <Section
      title="Changed in the last week"
      aside={
        <Link
          to="/visibility/$id"
          params={{ id: t.id }}
          search={{ tab: "changes" }}
          className="text-accent hover:underline"
        >
          All changes
        </Link>
      }
    >
      {syncs.isError || changes.isError ? (
        <Failed
          what="The changes could not be read."
          error={syncs.error ?? changes.error}
          onRetry={() => void (syncs.isError ? syncs : changes).refetch()}
        />
      ) : (
        <Panel>
          {!rows && (
            <div className="p-3">
              <SkeletonLines lines={5} />
            </div>
          )}
          {rows?.length === 0 && <p className="px-3 py-2.5 text-muted">Nothing that was seen has changed.</p>}
          <ul className="divide-y">
            {rows?.map((c) => (
              <li key={`${c.entity.kind}/${c.entity.id}`} className="flex flex-wrap items-center gap-x-3 px-3 py-1.5">
                <span className="w-22">
                  <ChangeMark change={c.change} />
                </span>
                <span className="min-w-0 flex-1 basis-40">
                  <EntityLink tenant={t.id} of={c.entity} />
                  <span className="block truncate text-xs text-faint" title={changeLine(c)}>
                    {changeLine(c)}
                  </span>
                </span>
                <span className="text-sm text-muted">
                  <Time at={c.at} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Section>
  );
}
