import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { apiQuery } from "../events/query.ts";
import { TimeRange } from "../events/TimeRange.tsx";
import { ChangeMark, changeLine } from "./changeMark.tsx";
import { EntityLink } from "./EntityLink.tsx";
import { aboutKind, aboutRelation, hasPage, isKind, kinds, type Relation, relationList } from "./kinds.ts";
import type { TenantDetail } from "./tenant.ts";

type Change = components["schemas"]["EntityChange"];
type EdgeChange = components["schemas"]["EdgeChange"];

const route = getRouteApi("/inside/visibility/$id");

/** What became of an org between two moments: of the things in it, or of how they are related. */
export function ChangeList({ tenant: t }: { tenant: TenantDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { range, since, until, kind, of } = search;
  const span = useMemo(() => apiQuery({ range, since, until }, new Date()), [range, since, until]);
  const query = { since: span.since, until: span.until };
  const set = (part: typeof search) => void navigate({ search: { ...search, ...part, tab: "changes" }, replace: true });
  const relations = of === "relations";
  return (
    <>
      <FilterBar>
        <Select
          aria-label="Changes of"
          className="!w-auto"
          value={relations ? "relations" : "things"}
          onChange={(e) => set({ of: e.target.value === "relations" ? "relations" : undefined, kind: undefined })}
          choices={[
            { value: "things", label: "Things" },
            { value: "relations", label: "Relations" },
          ]}
        />
        <Select
          aria-label={relations ? "Relation" : "Kind"}
          className="!w-auto"
          value={kind ?? ""}
          onChange={(e) => set({ kind: e.target.value || undefined })}
          choices={[
            { value: "", label: relations ? "All relations" : "All kinds" },
            ...(relations
              ? relationList.map((r) => ({ value: r, label: aboutRelation(r).name }))
              : kinds.filter(hasPage).map((k) => ({ value: k, label: aboutKind(k).many }))),
          ]}
        />
        <TimeRange
          search={{ range, since, until }}
          onChange={(s) => set({ range: s.range, since: s.since, until: s.until })}
        />
      </FilterBar>
      {relations ? (
        <Relations tenant={t} query={{ ...query, relation: relationList.find((r) => r === kind) }} />
      ) : (
        <Things
          tenant={t}
          query={{ ...query, kind: isKind(kind) ? kind : undefined }}
          onAll={() => set({ range: "all" })}
        />
      )}
    </>
  );
}

type Span = { since?: string; until?: string };

function Things({
  tenant: t,
  query,
  onAll,
}: {
  tenant: TenantDetail;
  query: Span & { kind?: Change["entity"]["kind"] };
  onAll: () => void;
}) {
  const navigate = useNavigate();
  const list = usePages("/api/v1/tenants/{id}/changes", { path: { id: t.id }, query });
  if (list.error && !list.items) {
    return (
      <Failed
        what="The changes could not be read."
        error={list.error}
        onRetry={list.refetch}
        retrying={list.refetching}
      />
    );
  }
  return (
    <DataTable<Change>
      label="Changes of things"
      rows={list.items}
      columns={thingColumns(t.id)}
      rowKey={(c) => `${c.entity.kind}/${c.entity.id}`}
      rowName={(c) => c.entity.name || c.entity.id}
      more={list.more}
      onOpen={(c) =>
        void navigate({
          to: "/visibility/$id/$kind/$entity",
          params: { id: t.id, kind: c.entity.kind, entity: c.entity.id },
          search: { tab: "history" },
        })
      }
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty title="Nothing that was seen has changed" action={<Button onClick={onAll}>All that is known</Button>}>
            What changed between two readings and back again does not show, and neither does what cannot be seen.
          </Empty>
        </div>
      }
    />
  );
}

function thingColumns(tenant: string): Column<Change>[] {
  return [
    { id: "change", title: "Change", width: "116px", phone: "aside", cell: (c) => <ChangeMark change={c.change} /> },
    {
      id: "of",
      title: "What",
      width: "34%",
      phone: "title",
      cell: (c) => <EntityLink tenant={tenant} of={c.entity} bold />,
    },
    {
      id: "fields",
      title: "In short",
      cell: (c) => (
        <span title={changeLine(c)} className="text-muted">
          {changeLine(c)}
        </span>
      ),
    },
    { id: "at", title: "Seen", width: "132px", cell: (c) => <Time at={c.at} /> },
  ];
}

function Relations({ tenant: t, query }: { tenant: TenantDetail; query: Span & { relation?: Relation } }) {
  const list = usePages("/api/v1/tenants/{id}/edge-changes", { path: { id: t.id }, query });
  if (list.error && !list.items) {
    return (
      <Failed
        what="The changes could not be read."
        error={list.error}
        onRetry={list.refetch}
        retrying={list.refetching}
      />
    );
  }
  return (
    <DataTable<EdgeChange>
      label="Changes of relations"
      rows={list.items}
      columns={relationColumns(t.id)}
      rowKey={edgeKey}
      rowName={(c) => `${c.from.name || c.from.id} to ${c.to.name || c.to.id}`}
      more={list.more}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty title="No relation that was seen has changed" />
        </div>
      }
    />
  );
}

const edgeKey = (c: EdgeChange) =>
  [c.relation, c.from.kind, c.from.id, c.to.kind, c.to.id, c.id ?? "", c.change].join("/");

function relationColumns(tenant: string): Column<EdgeChange>[] {
  return [
    { id: "change", title: "Change", width: "116px", phone: "aside", cell: (c) => <ChangeMark change={c.change} /> },
    { id: "from", title: "From", phone: "title", cell: (c) => <EntityLink tenant={tenant} of={c.from} bold /> },
    {
      id: "relation",
      title: "Relation",
      width: "190px",
      cell: (c) => <span className="text-muted">{aboutRelation(c.relation).from}</span>,
    },
    { id: "to", title: "To", cell: (c) => <EntityLink tenant={tenant} of={c.to} /> },
    { id: "at", title: "Seen", width: "132px", cell: (c) => <Time at={c.at} /> },
  ];
}
