import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Plus, Table2 } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { count, counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { TableForm } from "./TableForm.tsx";

type Table = components["schemas"]["Table"];

const route = getRouteApi("/inside/tables");

/** All tables: what flows write down and look up. */
export function TableList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("tables:write");
  const [making, setMaking] = useState(false);
  const tables = useQuery(read("/api/v1/tables", {}));
  const q = (search.q ?? "").toLowerCase();
  const rows = tables.data?.filter((t) =>
    `${t.title} ${t.description} ${t.folder?.name ?? ""}`.toLowerCase().includes(q),
  );
  const make = can && (
    <Button look="primary" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      New table
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Tables"
        lead="What flows write down and look up."
        actions={tables.data?.length !== 0 && make}
      />
      <FilterBar end={rows && counted(rows.length, "table")}>
        <SearchBox
          label="Search tables"
          value={search.q ?? ""}
          onChange={(v) => void navigate({ search: { q: v }, replace: true })}
        />
      </FilterBar>
      {tables.isError ? (
        <Failed
          what="The tables could not be read."
          error={tables.error}
          onRetry={() => void tables.refetch()}
          retrying={tables.isRefetching}
        />
      ) : (
        <DataTable<Table>
          label="Tables"
          rows={rows}
          columns={columns}
          rowKey={(t) => t.id}
          rowName={(t) => t.title}
          onOpen={(t) => void navigate({ to: "/tables/$id", params: { id: t.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {q ? (
                <Empty
                  title="No table is named like that"
                  action={<Button onClick={() => void navigate({ search: {} })}>Clear the search</Button>}
                />
              ) : (
                <Empty
                  icon={<Table2 size={28} strokeWidth={1.5} />}
                  title="There are no tables yet"
                  action={make}
                  link={
                    <Link to="/templates" className="text-accent hover:underline">
                      Templates bring theirs with them
                    </Link>
                  }
                >
                  A table keeps what flows write down: reports, people under watch, addresses that are allowed.
                </Empty>
              )}
            </div>
          }
        />
      )}
      {making && (
        <TableForm
          onClose={() => setMaking(false)}
          onSaved={(t) => void navigate({ to: "/tables/$id", params: { id: t.id } })}
        />
      )}
    </Page>
  );
}

const columns: Column<Table>[] = [
  {
    id: "title",
    title: "Table",
    phone: "title",
    cell: (t) => (
      <Link to="/tables/$id" params={{ id: t.id }} className="font-medium hover:underline">
        {t.title}
      </Link>
    ),
  },
  { id: "rows", title: "Rows", width: "96px", right: true, phone: "aside", cell: (t) => count(t.rows) },
  {
    id: "columns",
    title: "Columns",
    from: 768,
    phone: "none",
    cell: (t) => <span className="text-muted">{t.columns.map((c) => c.name).join(", ")}</span>,
  },
  {
    id: "flows",
    title: "Used by",
    from: 1024,
    cell: (t) => <span className="text-muted">{t.flows.map((f) => f.name).join(", ") || "no flow"}</span>,
  },
  {
    id: "folder",
    title: "Folder",
    width: "18%",
    from: 1280,
    phone: "none",
    cell: (t) => <span className="text-muted">{t.folder?.name}</span>,
  },
  { id: "at", named: true, title: "Changed", width: "150px", cell: (t) => <Time at={t.updatedAt} /> },
];
