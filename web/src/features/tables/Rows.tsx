import { getRouteApi } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { Cell } from "./Cell.tsx";
import { DeleteRows } from "./DeleteRows.tsx";
import { RowSheet } from "./RowSheet.tsx";

type Table = components["schemas"]["Table"];
export type Row = components["schemas"]["Row"];

const route = getRouteApi("/inside/tables/$id");

/** The rows of a table, in a grid. */
export function Rows({ table }: { table: Table }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("tables:write");
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const down = search.sort?.startsWith("-") ?? false;
  const by = search.sort?.replace(/^-/, "");
  const { items, error, refetch, refetching, more, first } = usePages("/api/v1/tables/{id}/rows", {
    path: { id: table.id },
    query: { search: search.q, sort: by, descending: down || undefined, limit: 100 },
  });
  const set = (part: Partial<typeof search>) => {
    setSelected(new Set());
    void navigate({ search: { ...search, ...part }, replace: true });
  };
  const columns = useMemo(
    () => columnsOf(table, (row) => void navigate({ search: (s) => ({ ...s, row }) })),
    [table, navigate],
  );
  const open = items?.find((r) => r.id === search.row);
  const add = can && (
    <Button look="primary" size="sm" icon={<Plus size={14} />} onClick={() => set({ row: "new" })}>
      Add a row
    </Button>
  );
  return (
    <>
      <FilterBar
        end={
          selected.size > 0 ? (
            <DeleteRows
              table={table}
              rows={(items ?? []).filter((r) => selected.has(r.id))}
              onDone={() => setSelected(new Set())}
            />
          ) : (
            <>
              {first && counted(first.total, "row")}
              {add}
            </>
          )
        }
      >
        <SearchBox label="Search in all columns" value={search.q ?? ""} onChange={(q) => set({ q })} />
      </FilterBar>
      {error && !items ? (
        <Failed what="The rows could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <DataTable<Row>
          label={`Rows of ${table.title}`}
          rows={items}
          more={more}
          columns={columns}
          rowKey={(r) => r.id}
          rowName={(r) => String(Object.values(r.values)[0] ?? r.id)}
          onOpen={(r) => set({ row: r.id })}
          marked={search.row}
          sort={by ? { by, down } : undefined}
          onSort={(s) => set({ sort: (s.down ? "-" : "") + s.by })}
          selected={can ? selected : undefined}
          onSelect={can ? setSelected : undefined}
          empty={
            <div className="rounded-lg border bg-surface">
              {search.q ? (
                <Empty
                  title="No row has that in it"
                  action={<Button onClick={() => set({ q: undefined })}>Clear the search</Button>}
                />
              ) : (
                <Empty title="The table is empty" action={add}>
                  Flows add rows with the card “Create row”. You can add some by hand, or import a CSV file whose first
                  line names the columns.
                </Empty>
              )}
            </div>
          }
        />
      )}
      {(open || search.row === "new") && (
        <RowSheet key={search.row} table={table} row={open} onClose={() => set({ row: undefined })} />
      )}
    </>
  );
}

const widths = { text: undefined, number: "120px", boolean: "100px", date: "170px" } as Record<
  string,
  string | undefined
>;
const most = 7;

/** The columns that have room; a row shows all of them when it is opened. */
function columnsOf(table: Table, open: (row: string) => void): Column<Row>[] {
  const title = Math.max(
    0,
    table.columns.findIndex((c) => c.type === "text"),
  );
  const shown = table.columns.slice(0, most).map(
    (c, i): Column<Row> => ({
      id: c.name,
      title: c.name,
      sort: true,
      width: widths[c.type],
      right: c.type === "number",
      phone: i === title ? "title" : i < 4 ? "line" : "none",
      from: i > 4 ? 1280 : i > 2 ? 1024 : undefined,
      cell: (r) =>
        i === title ? (
          <button type="button" onClick={() => open(r.id)} className="max-w-full truncate text-left hover:underline">
            <Cell value={r.values[c.name]} type={c.type} />
          </button>
        ) : (
          <Cell value={r.values[c.name]} type={c.type} />
        ),
    }),
  );
  return [
    ...shown,
    {
      id: "Created",
      title: "Created",
      sort: true,
      width: "150px",
      from: 768,
      phone: "aside",
      cell: (r) => (
        <span className="text-muted">
          <Time at={r.createdAt} />
        </span>
      ),
    },
  ];
}
