import { getRouteApi } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { aboutKind, isKind } from "../visibility/kinds.ts";
import { Gaps } from "./Gaps.tsx";
import { NodeLink } from "./NodeLink.tsx";
import { keyOf, nodeName, nodeNote } from "./node.ts";
import { pathWords, strengthWords } from "./pathWords.ts";
import { sureWords, tierWords } from "./stepWords.ts";

type Ranked = components["schemas"]["RankedPath"];

const route = getRouteApi("/inside/access");

/** What can be the beginning of a way. */
const starts = ["user", "app", "api_token", "api_service", "idp", "agent_pool", "device"] as const;

/** Who can become an administrator, the worst first, each with the shortest way. */
export function Ranking({ tenant }: { tenant: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tier = search.tier === "1" || search.tier === "2" ? Number(search.tier) : 0;
  const kind = isKind(search.kind) ? search.kind : undefined;
  const list = usePages("/api/v1/tenants/{id}/access/paths", {
    path: { id: tenant },
    query: { tier: tier || undefined, kind: kind ? [kind] : undefined },
  });
  const set = (part: typeof search) => void navigate({ search: { ...search, ...part }, replace: true });
  if (list.error && !list.items) {
    return (
      <Failed
        what="The ways could not be worked out."
        error={list.error}
        onRetry={list.refetch}
        retrying={list.refetching}
      />
    );
  }
  return (
    <div className="flex flex-col">
      <FilterBar end={list.first && counted(list.first.total, "start")}>
        <Select
          aria-label="What is reached"
          className="!w-auto max-w-full"
          value={String(tier)}
          onChange={(e) => set({ tier: e.target.value === "0" ? undefined : e.target.value })}
          choices={[
            { value: "0", label: "Super administrator" },
            { value: "1", label: "… and roles over everybody" },
            { value: "2", label: "… and roles over some" },
          ]}
        />
        <Select
          aria-label="Who begins"
          className="!w-auto"
          value={kind ?? ""}
          onChange={(e) => set({ kind: e.target.value || undefined })}
          choices={[
            { value: "", label: "Whoever begins" },
            ...starts.map((k) => ({ value: k, label: aboutKind(k).many })),
          ]}
        />
      </FilterBar>
      {list.first && list.first.gaps.length > 0 && (
        <div className="mb-3">
          <Gaps gaps={list.first.gaps} />
        </div>
      )}
      <DataTable<Ranked>
        label="Who can become an administrator"
        rows={list.items}
        columns={columns(tenant)}
        rowKey={(r) => keyOf(r.path.start)}
        rowName={(r) => nodeName(r.path.start)}
        more={list.more}
        onOpen={(r) =>
          void navigate({
            to: "/access/$id/$kind/$entity",
            params: { id: tenant, kind: r.path.start.kind, entity: r.path.start.id },
            search: { aspect: r.path.start.aspect || undefined },
          })
        }
        empty={
          <div className="rounded-lg border bg-surface">
            <Empty title="Nobody who was seen gets there">
              {kind
                ? "Nothing of this kind leads to it."
                : "That would be strange: every org has a super administrator."}
            </Empty>
          </div>
        }
      />
    </div>
  );
}

const columns = (tenant: string): Column<Ranked>[] => [
  {
    id: "who",
    title: "Who",
    width: "25%",
    phone: "title",
    cell: (r) => <NodeLink tenant={tenant} node={r.path.start} bold />,
  },
  {
    id: "what",
    title: "Is",
    width: "140px",
    from: 1536,
    phone: "none",
    cell: (r) => <span className="text-muted">{nodeNote(r.path.start)}</span>,
  },
  {
    id: "path",
    title: "Shortest way",
    cell: (r) => (
      <span title={pathWords(r.path)} className="text-muted">
        {pathWords(r.path)}
      </span>
    ),
  },
  {
    id: "length",
    title: "Steps",
    width: "68px",
    right: true,
    named: true,
    cell: (r) => r.path.steps.length,
  },
  {
    id: "tier",
    title: "Reaches",
    width: "82px",
    from: 1024,
    named: true,
    cell: (r) => <span title={tierWords(r.tier)}>tier {r.tier}</span>,
  },
  {
    id: "sure",
    title: "Sure",
    width: "92px",
    from: 1024,
    phone: "none",
    cell: (r) => <span title={sureWords(r.path.confidence).note}>{sureWords(r.path.confidence).label}</span>,
  },
  {
    id: "factors",
    title: "Factors",
    width: "160px",
    from: 1280,
    cell: (r) => r.path.start.kind === "user" && <span className="text-muted">{strengthWords(r.strength)}</span>,
  },
  {
    id: "login",
    title: "Last sign-in",
    width: "142px",
    from: 1280,
    phone: "aside",
    cell: (r) => (r.dormant ? <Tag tone="warn">dormant</Tag> : r.lastLogin ? <Time at={r.lastLogin} /> : null),
  },
];
