import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Json } from "../../kit/Json.tsx";
import { Facts } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "../activity/actionState.tsx";
import { UndoButton } from "../activity/UndoButton.tsx";
import type { RunDetail } from "./RunPage.tsx";

/** The run as a whole: what started it, what it did, what it gave. */
export function RunSummary({ run: r }: { run: RunDetail }) {
  const facts: [string, ReactNode][] = [["Made", <Time key="m" at={r.createdAt} exact />]];
  if (r.startedAt) facts.push(["Begun", <Time key="b" at={r.startedAt} exact />]);
  if (r.endedAt) facts.push(["Ended", <Time key="e" at={r.endedAt} exact />]);
  if (r.event) {
    facts.push([
      "Event",
      <Link key="ev" to="/events/$uuid" params={{ uuid: r.event.uuid }} className="text-accent hover:underline">
        {r.event.type ?? r.event.uuid}
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
      <section aria-label="What it did">
        <h2 className="mb-1.5 text-base">What it did</h2>
        {r.actions.length === 0 ? (
          <p className="text-sm text-muted">It changed nothing in a tenant.</p>
        ) : (
          <ul className="divide-y rounded-md border">
            {r.actions.toReversed().map((a) => (
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
        )}
      </section>
      <Facts items={facts} className="text-sm" />
      {r.input !== undefined && r.input !== null && (
        <section aria-label="Input">
          <h3 className="mb-1 text-sm font-medium">Input</h3>
          <Json value={r.input} label="input" />
        </section>
      )}
      {r.result !== undefined && r.result !== null && (
        <section aria-label="Result">
          <h3 className="mb-1 text-sm font-medium">Result</h3>
          <Json value={r.result} label="result" />
        </section>
      )}
      <p className="text-sm text-faint">Choose a card to see its data. j and k go from card to card.</p>
    </div>
  );
}
