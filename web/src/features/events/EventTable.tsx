import { Link } from "@tanstack/react-router";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column, DataTableProps } from "../../kit/table.ts";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { entityOf } from "../alerts/entity.ts";

export type LogEvent = components["schemas"]["Event"];

type Props = {
  events: LogEvent[] | undefined;
  onOpen: (e: LogEvent) => void;
} & Pick<DataTableProps<LogEvent>, "more" | "empty" | "label">;

/** Events in a list. */
export function EventTable({ events, ...rest }: Props) {
  return (
    <DataTable<LogEvent>
      rows={events}
      rowKey={(e) => e.uuid}
      rowName={(e) => e.message || e.type}
      columns={columns}
      {...rest}
    />
  );
}

/** How an event ended, where that is worth a look. */
export function OutcomeTag({ event: e }: { event: Pick<LogEvent, "outcome"> }) {
  if (!e.outcome) return null;
  const bad = e.outcome === "FAILURE" || e.outcome === "DENY";
  return <Tag tone={bad ? "warn" : "quiet"}>{e.outcome.toLowerCase()}</Tag>;
}

/** To whom or what it was done: the first, and how many more. */
function Targets({ targets }: { targets: LogEvent["targets"] }) {
  const [first, ...more] = targets;
  if (!first) return null;
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-muted">
      <EntityChip entity={entityOf(first)} />
      {more.length > 0 && (
        <span className="shrink-0 text-faint" title={more.map((t) => t.name || t.login || t.id).join("\n")}>
          and {more.length} more
        </span>
      )}
    </span>
  );
}

const columns: Column<LogEvent>[] = [
  { id: "at", title: "When", width: "104px", phone: "line", cell: (e) => <Time at={e.published} /> },
  {
    id: "what",
    title: "What",
    phone: "title",
    cell: (e) => (
      <Link to="/events/$uuid" params={{ uuid: e.uuid }} className="block truncate py-0.5 hover:underline" title={e.type}>
        <span className="font-medium">{e.message || e.type}</span>{" "}
        <code className="font-mono text-xs text-muted">{e.message && e.type}</code>
      </Link>
    ),
  },
  {
    id: "who",
    title: "Who",
    width: "26%",
    phone: "line",
    cell: (e) => <EntityChip entity={entityOf(e.actor)} />,
  },
  {
    id: "to",
    title: "To",
    width: "18%",
    from: 1536,
    phone: "none",
    cell: (e) => <Targets targets={e.targets} />,
  },
  {
    id: "ip",
    title: "From",
    width: "120px",
    from: 1024,
    phone: "none",
    cell: (e) => <span className="text-muted">{e.ip}</span>,
  },
  { id: "outcome", title: "Outcome", width: "96px", phone: "aside", cell: (e) => <OutcomeTag event={e} /> },
];
