import { Link } from "@tanstack/react-router";
import type { components } from "../../api/schema.gen.ts";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "./actionState.tsx";
import { TargetChip } from "./TargetChip.tsx";
import { UndoButton } from "./UndoButton.tsx";

/** A few actions in short, each with its undo. */
export function ActionRows({ actions }: { actions: components["schemas"]["Action"][] }) {
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {actions.map((a) => (
        <li key={a.id} className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-1">
          <ActionStateMark state={a.state} undone={a.undoneBy !== undefined} />
          <Link to="/activity/$id" params={{ id: a.id }} className="py-0.5 font-medium hover:underline">
            {a.title}
          </Link>
          <span className="min-w-0 flex-1 truncate text-muted" title={a.reason || a.error}>
            <TargetChip target={a.target} /> {a.reason || a.error}
          </span>
          <span className="text-sm text-muted">
            <Time at={a.startedAt} />
          </span>
          <UndoButton action={a} />
        </li>
      ))}
    </ul>
  );
}
