import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { FlaskConical } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Tag } from "../../kit/State.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import { actionStates } from "../activity/actionState.tsx";
import { UndoButton } from "../activity/UndoButton.tsx";
import { RunStateMark } from "../runs/runState.tsx";
import type { Entry } from "./days.ts";

type Run = components["schemas"]["Run"];
type Action = components["schemas"]["Action"];

/** One moment of the timeline: a run with what started it and what it did, or something done by hand. */
export function Moment({ entry, fresh }: { entry: Entry; fresh: boolean }) {
  return (
    <li
      className={clsx(
        "flex gap-4 border-t px-3.5 py-2.5 first:border-t-0 max-sm:flex-col max-sm:gap-0.5",
        fresh && "arrive",
      )}
    >
      <div className="w-20 shrink-0 text-sm leading-6 text-muted max-sm:w-auto">
        <Time at={entry.at} exact />
      </div>
      <div className="min-w-0 flex-1">
        {entry.run && <OfRun run={entry.run} actions={entry.actions} />}
        {entry.action && <ByHand action={entry.action} />}
      </div>
    </li>
  );
}

function OfRun({ run, actions }: { run: Run; actions: Action[] }) {
  const e = run.event;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <Link to="/runs/$id" params={{ id: run.id }} className="min-w-0 py-0.5 font-medium hover:underline">
          {run.flow.name || "A deleted flow"}
        </Link>
        <span className="text-sm">
          <RunStateMark state={run.state} />
        </span>
        <span className="text-sm text-faint">
          <Duration from={run.startedAt} to={run.endedAt} />
        </span>
        {run.dryRun && (
          <Tag>
            <FlaskConical size={12} aria-hidden />
            Dry run
          </Tag>
        )}
      </div>
      <div className="text-sm text-muted">
        {e ? (
          <Link
            to="/events/$uuid"
            params={{ uuid: e.uuid }}
            className="inline-block py-0.5 wrap-anywhere hover:underline"
          >
            {e.actor && <span className="text-ink">{e.actor} </span>}
            {e.message ?? "An event that is not stored any more"}
          </Link>
        ) : (
          <>Started by {run.causedBy?.name ?? "hand"}</>
        )}
      </div>
      {(run.error || (run.reason && run.state !== "succeeded")) && (
        <div
          title={run.error || run.reason}
          className={clsx("line-clamp-2 text-sm wrap-anywhere", run.state === "failed" ? "text-bad" : "text-muted")}
        >
          {run.error || run.reason}
        </div>
      )}
      {actions.length > 0 && (
        <ul className="mt-1.5 flex flex-col gap-0.5">
          {actions.map((a) => (
            <Done key={a.id} action={a} />
          ))}
        </ul>
      )}
    </>
  );
}

function Done({ action: a }: { action: Action }) {
  const s = actionStates[a.state];
  const tone = { plain: "text-muted", quiet: "text-faint", live: "text-accent", warn: "text-warn", bad: "text-bad" }[
    s.tone
  ];
  return (
    <li className="flex items-start gap-2 text-sm leading-6">
      <s.icon size={14} aria-hidden className={clsx("mt-[5px] shrink-0", tone)} />
      <span className="min-w-0 wrap-anywhere" title={a.reason || a.error}>
        <Link
          to="/activity/$id"
          params={{ id: a.id }}
          className={clsx("hover:underline", a.undoneBy && "text-muted line-through decoration-1")}
        >
          {a.title}
        </Link>
        {a.target && <span className="text-muted"> {a.target.name || a.target.id}</span>}
        {a.undoneBy && <span className="text-faint"> undone</span>}
        {a.state !== "done" && <span className={tone}> {s.label.toLowerCase()}</span>}
        {a.state === "refused" && a.reason && <span className="text-muted">: {a.reason}</span>}
        <span className="sr-only">{a.state === "done" ? " done" : ""}</span>
      </span>
      <UndoButton action={a} />
    </li>
  );
}

function ByHand({ action: a }: { action: Action }) {
  const s = actionStates[a.state];
  return (
    <div className="flex flex-wrap items-center gap-x-2">
      <Link to="/activity/$id" params={{ id: a.id }} className="font-medium hover:underline">
        {a.cause === "undo" ? `Undo: ${a.title}` : a.title}
      </Link>
      {a.target && <span className="text-muted">{a.target.name || a.target.id}</span>}
      <span className="text-sm text-muted">
        {s.label.toLowerCase()}, by {a.actor.name || "somebody who left"}
      </span>
    </div>
  );
}
