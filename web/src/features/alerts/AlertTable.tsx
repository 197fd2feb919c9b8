import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { DataTable } from "../../kit/DataTable.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column, DataTableProps } from "../../kit/table.ts";
import { count, counted } from "../../kit/time.ts";
import type { Alert } from "./alert.ts";
import { AlertStateMark } from "./alertState.tsx";
import { Due } from "./Due.tsx";
import { EntityChip } from "./EntityChip.tsx";
import { SeverityMark } from "./severity.tsx";

type Props = {
  alerts: Alert[] | undefined;
  onOpen: (a: Alert) => void;
  empty: ReactNode;
  /** Columns that the page around it makes needless. */
  without?: ("severity" | "entity" | "assignee" | "due" | "events")[];
} & Pick<DataTableProps<Alert>, "more" | "sort" | "onSort" | "selected" | "onSelect" | "fresh">;

/** Alerts in a list. */
export function AlertTable({ alerts, without, ...rest }: Props) {
  return (
    <DataTable<Alert>
      label="Alerts"
      rows={alerts}
      rowKey={(a) => a.id}
      rowName={(a) => `alert ${a.number}, ${a.title}`}
      columns={without ? columns.filter((c) => !without.some((w) => w === c.id)) : columns}
      {...rest}
    />
  );
}

const columns: Column<Alert>[] = [
  {
    id: "severity",
    title: "Severity",
    width: "104px",
    sort: true,
    phone: "aside",
    cell: (a) => <SeverityMark severity={a.severity} />,
  },
  {
    id: "title",
    title: "Alert",
    phone: "title",
    cell: (a) => (
      <Link to="/alerts/$id" params={{ id: a.id }} title={a.title} className="font-medium hover:underline">
        {a.title}
      </Link>
    ),
  },
  { id: "entity", title: "About", width: "19%", cell: (a) => <EntityChip entity={a.entity} /> },
  {
    id: "state",
    title: "State",
    width: "146px",
    cell: (a) => <AlertStateMark state={a.state} verdict={a.verdict} />,
  },
  {
    id: "assignee",
    title: "Assignee",
    width: "10%",
    from: 1280,
    cell: (a) => <span className="text-muted">{a.assignee ? a.assignee.name || "Somebody who left" : ""}</span>,
  },
  {
    id: "events",
    title: "Events",
    width: "72px",
    right: true,
    from: 1536,
    phone: "none",
    cell: (a) => (
      <span className="text-muted" title={`${counted(a.hits, "hit")} of the rule`}>
        {count(a.events)}
      </span>
    ),
  },
  { id: "due", title: "Due", width: "118px", from: 768, cell: (a) => <Due alert={a} /> },
  { id: "at", title: "Last seen", width: "100px", sort: true, cell: (a) => <Time at={a.lastAt} /> },
];
