import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Plug, Plus } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { useCan } from "../session/session.ts";
import { AddConnection } from "./AddConnection.tsx";
import { ConnectionStateMark } from "./connectionState.tsx";
import { Glyph } from "./Glyph.tsx";
import { connectorGlyph } from "./glyphs.ts";

type Connection = components["schemas"]["Connection"];

const route = getRouteApi("/inside/connections");

/** What Sallyport is connected with: the systems that it acts in. */
export function ConnectionList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const canConnect = useCan("connections:write");
  const add = (what: string | undefined) => void navigate({ search: { ...search, add: what } });
  const addConnection = canConnect && (
    <Button look="primary" icon={<Plus size={15} />} onClick={() => add("choose")}>
      Add a connection
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Connections"
        lead="The systems that flows act in, and that events come from."
        actions={addConnection}
      />
      <List empty={addConnection} />
      {search.add && (
        <AddConnection
          connector={search.add === "choose" ? undefined : search.add}
          onChoose={(c) => add(c ?? "choose")}
          onClose={() => add(undefined)}
        />
      )}
    </Page>
  );
}

function List({ empty }: { empty: React.ReactNode }) {
  const navigate = route.useNavigate();
  const connections = useQuery(read("/api/v1/connections", {}));
  if (connections.isError) {
    return (
      <Failed
        what="The connections could not be read."
        error={connections.error}
        onRetry={() => void connections.refetch()}
        retrying={connections.isRefetching}
      />
    );
  }
  return (
    <DataTable<Connection>
      label="Connections"
      rows={connections.data}
      columns={columns}
      rowKey={(c) => c.id}
      rowName={(c) => c.name}
      onOpen={(c) => void navigate({ to: "/connections/$id", params: { id: c.id } })}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty
            icon={<Plug size={28} strokeWidth={1.5} />}
            title="Nothing is connected yet"
            action={empty}
            link={
              <Link to="/templates" className="text-accent hover:underline">
                See what templates want
              </Link>
            }
          >
            A connection lets flows act in a system: your Okta org, Slack, Teams, any HTTP API. What is entered is
            sealed, and never shown again.
          </Empty>
        </div>
      }
    />
  );
}

const columns: Column<Connection>[] = [
  {
    id: "name",
    title: "Connection",
    phone: "title",
    cell: (c) => (
      <span className="flex items-center gap-2.5">
        <Glyph size="sm" icon={connectorGlyph(c.connector.id)} />
        <Link to="/connections/$id" params={{ id: c.id }} className="min-w-0 truncate font-medium hover:underline">
          {c.name}
        </Link>
      </span>
    ),
  },
  {
    id: "connector",
    title: "System",
    width: "18%",
    cell: (c) => <span className="text-muted">{c.connector.name || c.connector.id}</span>,
  },
  { id: "state", title: "State", width: "150px", phone: "aside", cell: (c) => <ConnectionStateMark connection={c} /> },
  {
    id: "error",
    title: "Note",
    from: 1024,
    cell: (c) => (
      <span className="text-bad" title={c.error}>
        {c.error}
      </span>
    ),
  },
  {
    id: "used",
    named: true,
    title: "Used by",
    width: "160px",
    from: 768,
    cell: (c) => <span className="text-muted">{uses(c)}</span>,
  },
  {
    id: "at",
    named: true,
    title: "Tested",
    width: "150px",
    cell: (c) => (c.checkedAt ? <Time at={c.checkedAt} /> : <span className="text-faint">never</span>),
  },
];

function uses(c: Connection): string {
  const n = c.flows.length;
  const m = c.sources.length;
  const parts = [n && `${n} ${n === 1 ? "flow" : "flows"}`, m && `${m} ${m === 1 ? "source" : "sources"}`].filter(
    Boolean,
  );
  return parts.join(", ") || "nothing";
}
