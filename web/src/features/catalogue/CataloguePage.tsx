import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BookOpen, Plus } from "lucide-react";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import type { Column } from "../../kit/table.ts";
import { EffectTag } from "../activity/effects.tsx";
import { Glyph } from "../connections/Glyph.tsx";
import { cardGlyph, connectorGlyph } from "../connections/glyphs.ts";
import { useCan } from "../session/session.ts";
import { EntrySheet } from "./EntrySheet.tsx";
import { type Entry, entriesOf, filterEntries, groupsOf } from "./entries.ts";

const route = getRouteApi("/inside/catalogue");

/** What flows can be made of: every function, and every action of every connector. */
export function CataloguePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const canConnect = useCan("connections:write");
  const catalogue = useQuery(read("/api/v1/catalogue", {}));
  const all = useMemo(() => catalogue.data && entriesOf(catalogue.data), [catalogue.data]);
  const fits = useMemo(() => all && filterEntries(all, search), [all, search]);
  const groups = useMemo(() => groupsOf(all ?? []), [all]);
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const open = all?.find((e) => e.id === search.open);
  const named = (kind: Entry["group"]["kind"]) =>
    groups.filter((g) => g.kind === kind).map((g) => ({ value: g.id, label: g.title }));
  return (
    <Page>
      <PageHeader
        title="Catalogue"
        lead="What flows can be made of: functions, and what connectors do in other systems."
        actions={
          canConnect && (
            <Link to="/connectors/$id" params={{ id: "new" }} className={buttonClass()}>
              <Plus size={15} aria-hidden /> Make a connector
            </Link>
          )
        }
      />
      <FilterBar end={fits && all && (fits.length === all.length ? all.length : `${fits.length} of ${all.length}`)}>
        <SearchBox label="Search the catalogue" value={search.q ?? ""} onChange={(q) => set({ q })} />
        <Select
          aria-label="Kind"
          className="!w-auto max-w-72"
          value={search.of ?? ""}
          onChange={(e) => set({ of: e.target.value })}
          choices={[
            { value: "", label: "Functions and connectors" },
            { value: "functions", label: "All functions" },
            ...named("functions").map((c) => ({ ...c, label: `Function: ${c.label}` })),
            { value: "connectors", label: "All connectors" },
            ...named("connector"),
          ]}
        />
      </FilterBar>
      {catalogue.isError ? (
        <Failed
          what="The catalogue could not be read."
          error={catalogue.error}
          onRetry={() => void catalogue.refetch()}
          retrying={catalogue.isRefetching}
        />
      ) : (
        <DataTable<Entry>
          label="Functions and actions"
          rows={fits}
          columns={columns}
          rowKey={(e) => e.id}
          rowName={(e) => e.title}
          onOpen={(e) => set({ open: e.id })}
          marked={open?.id}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                icon={<BookOpen size={28} strokeWidth={1.5} />}
                title="Nothing fits"
                action={<Button onClick={() => void navigate({ search: {} })}>Clear the search</Button>}
              >
                Try what it should do, the name of a field, or a card of Okta Workflows, such as string:trim.
              </Empty>
            </div>
          }
        />
      )}
      {open && <EntrySheet entry={open} onClose={() => set({ open: undefined })} />}
    </Page>
  );
}

const columns: Column<Entry>[] = [
  {
    id: "title",
    title: "Name",
    phone: "title",
    width: "24%",
    cell: (e) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <Glyph
          size="sm"
          icon={
            e.group.kind === "connector"
              ? connectorGlyph(e.group.id, e.group.category)
              : cardGlyph({ kind: "function" })
          }
        />
        <Link
          from="/catalogue"
          to="/catalogue"
          search={(s) => ({ ...s, open: e.id })}
          replace
          className="min-w-0 truncate font-medium hover:underline"
        >
          {e.title}
        </Link>
      </span>
    ),
  },
  { id: "of", title: "Of", width: "15%", cell: (e) => <span className="text-muted">{e.group.title}</span> },
  {
    id: "help",
    title: "What it does",
    from: 1024,
    phone: "none",
    cell: (e) => (
      <span className="text-muted" title={e.help}>
        {e.help}
      </span>
    ),
  },
  {
    id: "ports",
    title: "In and out",
    width: "20%",
    from: 1280,
    phone: "none",
    cell: (e) => <span className="font-mono text-xs text-faint">{signature(e)}</span>,
  },
  {
    id: "effect",
    title: "Effect",
    width: "165px",
    from: 768,
    phone: "aside",
    cell: (e) => <span>{e.effect && <EffectTag effect={e.effect} />}</span>,
  },
];

function signature(e: Entry): string {
  const names = (ports: Entry["inputs"]) => ports.map((p) => p.name).join(", ");
  return `${names(e.inputs)}${e.extensible ? (e.inputs.length > 0 ? ", …" : "…") : ""} → ${names(e.outputs)}`;
}
