import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Dotted } from "../../kit/Dotted.tsx";
import { Json } from "../../kit/Json.tsx";
import { Facts } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "../activity/actionState.tsx";
import { UndoButton } from "../activity/UndoButton.tsx";
import type { Step } from "./overlay.tsx";
import type { RunDetail } from "./run.ts";

/** The run as a whole: what started it, what it did, what it gave. */
export function RunSummary({ run: r, onSelect }: { run: RunDetail; onSelect: (s: Step) => void }) {
  const facts: [string, ReactNode][] = [["Created", <Time key="m" at={r.createdAt} exact />]];
  if (r.trace) {
    facts.push([
      "Trace",
      <code
        key="t"
        className="break-all text-xs"
        title="This id stands in every log line of the work, from the event on"
      >
        {r.trace}
      </code>,
    ]);
  }
  if (r.startedAt) facts.push(["Started", <Time key="b" at={r.startedAt} exact />]);
  if (r.endedAt) facts.push(["Ended", <Time key="e" at={r.endedAt} exact />]);
  if (r.event) {
    facts.push([
      "Event",
      <Link key="ev" to="/events/$uuid" params={{ uuid: r.event.uuid }} className="text-accent hover:underline">
        <Dotted text={r.event.type ?? r.event.uuid} />
      </Link>,
    ]);
  }
  facts.push(
    ["Data", r.dataKept ? "kept" : "not kept: only kinds and sizes"],
    [
      "Id",
      <code key="i" className="font-mono text-xs">
        {r.id}
      </code>,
    ],
  );
  return (
    <div className="flex flex-col gap-5 p-4">
      {r.dryRun ? <WouldDo run={r} onSelect={onSelect} /> : <Did actions={r.actions} />}
      <Facts items={facts} className="text-sm" />
      {r.input !== undefined && r.input !== null && (
        <div>
          <h3 className="mb-1 text-sm font-medium">Input</h3>
          <Json value={r.input} label="input" />
        </div>
      )}
      {r.result !== undefined && r.result !== null && (
        <div>
          <h3 className="mb-1 text-sm font-medium">Result</h3>
          <Json value={r.result} label="result" />
        </div>
      )}
      <p className="text-sm text-faint">Choose a card to see its data. j and k go from card to card.</p>
    </div>
  );
}

function Did({ actions }: { actions: RunDetail["actions"] }) {
  return (
    <section aria-label="What it did">
      <h2 className="mb-1.5 text-base">What it did</h2>
      {actions.length === 0 && <p className="text-sm text-muted">It changed nothing in a tenant.</p>}
      <ul className="divide-y rounded-md border empty:hidden">
        {actions.toReversed().map((a) => (
          <li key={a.id} className="flex items-center gap-3 px-3 py-1.5">
            <Link to="/activity/$id" params={{ id: a.id }} className="min-w-0 flex-1 hover:underline">
              <span className="block truncate">{a.title}</span>
              <span className="block truncate text-xs text-muted">{a.target?.name || a.target?.id}</span>
            </Link>
            <span className="text-sm">
              <ActionStateMark state={a.state} undone={a.undoneBy !== undefined} />
            </span>
            <UndoButton action={a} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The cards of a dry run that would act outside. */
function WouldDo({ run, onSelect }: { run: RunDetail; onSelect: (s: Step) => void }) {
  const steps = run.steps.items.filter((s) => s.state === "dry_run");
  return (
    <section aria-label="What it would do">
      <h2 className="mb-1.5 text-base">What it would do</h2>
      {steps.length === 0 && <p className="text-sm text-muted">Nothing outside.</p>}
      <ul className="divide-y rounded-md border empty:hidden">
        {steps.map((s) => (
          <li key={s.path}>
            <button
              type="button"
              onClick={() => onSelect(s)}
              className="flex w-full items-center gap-2 px-3 py-1.5 text-left hover:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate">{s.title}</span>
              <code className="font-mono text-xs text-muted">{s.use}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
