import { Link } from "@tanstack/react-router";
import { FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Tag } from "../../kit/State.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import type { Column, DataTableProps } from "../../kit/table.ts";
import { RunStateMark } from "./runState.tsx";

export type Run = components["schemas"]["Run"];

type Props = {
  runs: Run[] | undefined;
  onOpen: (r: Run) => void;
  empty: ReactNode;
  /** Columns that the page around it makes needless. */
  without?: ("flow" | "by" | "note")[];
} & Pick<DataTableProps<Run>, "more" | "selected" | "onSelect" | "fresh">;

/** Runs in a list. */
export function RunTable({ runs, without, ...rest }: Props) {
  return (
    <DataTable<Run>
      label="Runs"
      rows={runs}
      rowKey={(r) => r.id}
      rowName={(r) => `run of ${r.flow.name}`}
      columns={without ? columns.filter((c) => !without.some((w) => w === c.id)) : columns}
      {...rest}
    />
  );
}

const columns: Column<Run>[] = [
  {
    id: "state",
    title: "State",
    width: "128px",
    phone: "aside",
    cell: (r) => (
      <Link
        to="/runs/$id"
        params={{ id: r.id }}
        className="inline-flex max-w-full items-center gap-2 align-middle hover:underline"
      >
        <RunStateMark state={r.state} />
      </Link>
    ),
  },
  {
    id: "flow",
    title: "Flow",
    width: "24%",
    phone: "title",
    cell: (r) => (
      <span className="flex items-center gap-2">
        <Link to="/runs/$id" params={{ id: r.id }} className="min-w-0 truncate font-medium hover:underline">
          {r.flow.name || "A deleted flow"}
        </Link>
        {r.dryRun && (
          <Tag>
            <FlaskConical size={12} aria-hidden />
            Dry run
          </Tag>
        )}
      </span>
    ),
  },
  { id: "by", title: "Started by", from: 768, cell: (r) => <StartedBy run={r} /> },
  {
    id: "note",
    title: "Note",
    width: "18%",
    from: 1024,
    cell: (r) => <RunNote run={r} />,
  },
  {
    id: "took",
    title: "Took",
    width: "80px",
    right: true,
    phone: "none",
    cell: (r) => (
      <span className="text-muted">{r.startedAt ? <Duration from={r.startedAt} to={r.endedAt} /> : ""}</span>
    ),
  },
  { id: "at", title: "When", width: "120px", cell: (r) => <Time at={r.createdAt} /> },
];

/** What or who started a run. */
export function StartedBy({ run: r }: { run: Run }) {
  if (r.alert) {
    return (
      <Link to="/alerts/$id" params={{ id: r.alert }} className="hover:underline">
        <span className="text-muted">
          {r.causedBy ? `${r.causedBy.name || "somebody who left"}, for an alert` : "an alert"}
        </span>
      </Link>
    );
  }
  if (r.event) {
    return (
      <Link to="/events/$uuid" params={{ uuid: r.event.uuid }} className="hover:underline" title={r.event.type}>
        {r.event.actor && <span>{r.event.actor} </span>}
        <span className="text-muted">{r.event.message ?? "An event that is not stored any more"}</span>
      </Link>
    );
  }
  if (r.causedBy) return <span className="text-muted">{r.causedBy.name || "somebody who left"}, by hand</span>;
  return <span className="text-muted">{r.cause === "call" ? "another flow" : "by hand"}</span>;
}

/** What is to be known of a run beside its state. */
function RunNote({ run: r }: { run: Run }) {
  if (r.error) {
    return (
      <span className="text-bad" title={r.error}>
        {r.error}
      </span>
    );
  }
  if (r.unknown > 0)
    return (
      <span className="text-warn">
        {r.unknown === 1 ? "One outcome is unknown" : `${r.unknown} outcomes are unknown`}
      </span>
    );
  if (r.refused > 0)
    return (
      <span className="text-warn">
        {r.refused === 1 ? "One action was refused" : `${r.refused} actions were refused`}
      </span>
    );
  if (r.reason)
    return (
      <span className="text-muted" title={r.reason}>
        {r.reason}
      </span>
    );
  return null;
}
