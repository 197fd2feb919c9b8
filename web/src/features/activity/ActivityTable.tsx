import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Time } from "../../kit/Time.tsx";
import { type Column, columnsWithout, type DataTableProps } from "../../kit/table.ts";
import { ActionStateMark } from "./actionState.tsx";
import { TargetChip } from "./TargetChip.tsx";
import { UndoButton } from "./UndoButton.tsx";

type Action = components["schemas"]["Action"];

type Props = {
  actions: Action[] | undefined;
  onOpen: (a: Action) => void;
  empty: ReactNode;
  /** Columns that the page around it makes needless. */
  without?: ("by" | "in" | "why")[];
} & Pick<DataTableProps<Action>, "more">;

/** Entries of the ledger in a list. */
export function ActivityTable({ actions, without, ...rest }: Props) {
  return (
    <DataTable<Action>
      label="Actions"
      rows={actions}
      rowKey={(a) => a.id}
      rowName={(a) => a.title}
      columns={columnsWithout(columns, without ?? [], "action")}
      {...rest}
    />
  );
}

const columns: Column<Action>[] = [
  {
    id: "state",
    title: "State",
    width: "132px",
    phone: "aside",
    cell: (a) => <ActionStateMark state={a.state} undone={a.undoneBy !== undefined} />,
  },
  {
    id: "action",
    title: "Action",
    width: "16%",
    phone: "title",
    cell: (a) => (
      <Link to="/activity/$id" params={{ id: a.id }} className="font-medium hover:underline">
        {a.cause === "undo" ? `Undo: ${a.title}` : a.title}
      </Link>
    ),
  },
  { id: "target", title: "To", width: "23%", cell: (a) => <TargetChip target={a.target} /> },
  {
    id: "by",
    title: "By",
    width: "19%",
    from: 768,
    cell: (a) =>
      a.flow ? (
        <Link
          to={a.run ? "/runs/$id" : "/flows/$id"}
          params={{ id: a.run ?? a.flow.id }}
          className="text-muted hover:underline"
        >
          {a.flow.name || "A deleted flow"}
        </Link>
      ) : (
        <span className="text-muted">{a.actor.name || "somebody who left"}</span>
      ),
  },
  {
    id: "in",
    title: "In",
    width: "136px",
    from: 1536,
    phone: "none",
    cell: (a) => <span className="text-muted">{a.connection.name || a.connector.name}</span>,
  },
  {
    id: "why",
    title: "Note",
    from: 1024,
    cell: (a) => (
      <span className="text-muted" title={a.reason || a.error}>
        {a.reason || a.error}
      </span>
    ),
  },
  { id: "at", title: "When", width: "112px", cell: (a) => <Time at={a.startedAt} /> },
  { id: "undo", title: "Undo", hideTitle: true, width: "84px", right: true, cell: (a) => <UndoButton action={a} /> },
];
