import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Radio } from "lucide-react";
import type { ReactNode } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { count } from "../../kit/time.ts";
import { SourceStateMark } from "./sourceState.tsx";

type Source = components["schemas"]["Source"];

/** Where events come from. */
export function SourceList({ add }: { add: ReactNode }) {
  const navigate = useNavigate();
  const sources = useQuery(read("/api/v1/sources", {}));
  if (sources.isError)
    return (
      <Failed
        what="The sources could not be read."
        error={sources.error}
        onRetry={() => void sources.refetch()}
        retrying={sources.isRefetching}
      />
    );
  return (
    <DataTable<Source>
      label="Event sources"
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
                Connect your Okta org first
              </Link>
            }
          >
            A source polls the System Log of an Okta org, or takes its event hook, or both. Without one no flow starts
            by itself.
          </Empty>
        </div>
      }
    />
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
  { id: "state", title: "State", width: "150px", phone: "aside", cell: (s) => <SourceStateMark health={s.health} /> },
  { id: "how", title: "How", cell: (s) => <span className="text-muted">{howOf(s)}</span> },
  {
    id: "error",
    title: "Note",
    from: 1024,
    cell: (s) => (
      <span className="text-bad" title={s.health.error}>
        {s.health.error}
      </span>
    ),
  },
  {
    id: "events",
    named: true,
    title: "Events",
    width: "110px",
    right: true,
    from: 768,
    cell: (s) => count(s.health.events),
  },
  {
    id: "last",
    named: true,
    title: "Newest event",
    width: "160px",
    cell: (s) =>
      s.health.lastEventAt ? <Time at={s.health.lastEventAt} /> : <span className="text-faint">none yet</span>,
  },
];

/** By which ways a source gets its events. */
export function howOf(s: Source): string {
  const ways = [
    s.poll && `polls through ${s.connection?.name || "a deleted connection"}`,
    s.hook && "takes an event hook",
  ]
    .filter(Boolean)
    .join(", ");
  return ways.charAt(0).toUpperCase() + ways.slice(1);
}
