import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, Radio } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Spark } from "../../kit/Spark.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { count, span } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { categoryOf, howOf } from "./methods.ts";
import { SourceStateMark } from "./sourceState.tsx";

type Source = components["schemas"]["Source"];

/** Where events come from, and how each does. */
export function SourceList() {
  const navigate = useNavigate();
  const canAdd = useCan("sources:write");
  const sources = useQuery(read("/api/v1/sources", {}));
  const add = canAdd && (
    <Link to="/sources/new" className={buttonClass("primary")}>
      <Plus size={15} aria-hidden />
      Add a source
    </Link>
  );
  return (
    <Page>
      <PageHeader title="Alert sources" lead="Where events come from, and how that is going." actions={add} />
      {sources.isError ? (
        <Failed
          what="The sources could not be read."
          error={sources.error}
          onRetry={() => void sources.refetch()}
          retrying={sources.isRefetching}
        />
      ) : (
        <DataTable<Source>
          label="Alert sources"
          rows={sources.data}
          columns={columns}
          rowKey={(s) => s.id}
          rowName={(s) => s.name}
          onOpen={(s) => void navigate({ to: "/sources/$id", params: { id: s.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                icon={<Radio size={28} strokeWidth={1.5} />}
                title="No events are received yet"
                action={add}
                link={
                  <Link to="/connections" className="text-accent hover:underline">
                    See what is connected
                  </Link>
                }
              >
                A source brings the System Log of an Okta org here, or the log of an Auth0 tenant, and tells what is
                lacking for good alerts. Connecting one takes about five minutes and a credential that may read.
              </Empty>
            </div>
          }
        />
      )}
    </Page>
  );
}

const columns: Column<Source>[] = [
  {
    id: "name",
    title: "Source",
    phone: "title",
    cell: (s) => (
      <Link to="/sources/$id" params={{ id: s.id }} className="font-medium hover:underline">
        {s.name}
      </Link>
    ),
  },
  { id: "state", title: "State", width: "120px", phone: "aside", cell: (s) => <SourceStateMark health={s.health} /> },
  { id: "how", title: "How", width: "200px", from: 1024, cell: (s) => <span className="text-muted">{howOf(s)}</span> },
  {
    id: "category",
    title: "Category",
    width: "100px",
    from: 1536,
    phone: "none",
    cell: (s) => <span className="text-muted">{categoryOf(s)}</span>,
  },
  {
    id: "note",
    title: "To look at",
    from: 768,
    cell: (s) => <ToLookAt source={s} />,
  },
  {
    id: "hour",
    title: "Last hour",
    width: "132px",
    from: 768,
    phone: "none",
    cell: (s) => (
      <Spark
        values={s.health.minutes}
        failed={s.health.errors}
        label={`${count(s.health.minutes.reduce((a, b) => a + b, 0))} events in the last hour`}
      />
    ),
  },
  {
    id: "rate",
    named: true,
    title: "Events/min",
    width: "100px",
    right: true,
    cell: (s) => rate(s.health.perMinute),
  },
  {
    id: "lag",
    named: true,
    title: "Lag",
    width: "90px",
    right: true,
    from: 1024,
    cell: (s) => (s.health.lagMs > 0 ? span(s.health.lagMs) : <span className="text-faint">–</span>),
  },
  {
    id: "last",
    named: true,
    title: "Newest event",
    width: "140px",
    cell: (s) =>
      s.health.lastEventAt ? <Time at={s.health.lastEventAt} /> : <span className="text-faint">none yet</span>,
  },
];

/** A number of events a minute, short. */
export function rate(n: number): string {
  return n === 0 || n >= 10 ? count(Math.round(n)) : n.toFixed(1);
}

/** The one thing about a source that somebody should do next. */
function ToLookAt({ source: s }: { source: Source }) {
  if (s.health.error)
    return (
      <span className="text-bad" title={s.health.error}>
        {s.health.error}
      </span>
    );
  if (s.failing > 0)
    return (
      <Link
        to="/sources/$id"
        params={{ id: s.id }}
        search={{ tab: "prerequisites" }}
        className="text-warn hover:underline"
      >
        {s.failing === 1 ? "1 prerequisite unmet" : `${s.failing} prerequisites unmet`}
      </Link>
    );
  if (s.connection && !s.confirmedAt)
    return (
      <Link to="/sources/$id" params={{ id: s.id }} search={{ tab: "confirm" }} className="text-muted hover:underline">
        Not confirmed yet
      </Link>
    );
  return <span className="text-faint">–</span>;
}
