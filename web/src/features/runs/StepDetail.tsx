import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, CornerDownRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../kit/Button.tsx";
import { Select } from "../../kit/Field.tsx";
import { Json } from "../../kit/Json.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "../activity/actionState.tsx";
import { UndoButton } from "../activity/UndoButton.tsx";
import { roundOf, type Step, tookOf } from "./overlay.tsx";
import type { RunDetail } from "./run.ts";
import { StepStateMark } from "./runState.tsx";

type Props = {
  run: RunDetail;
  step: Step;
  steps: Step[];
  /** The first step of the flow that it called. */
  called?: Step;
  onSelect: (s: Step) => void;
  onMove: (by: number) => void;
  /** The title stands above it already. */
  untitled?: boolean;
};

/** What happened at one card: its state, its data, what it did outside. */
export function StepDetail({ run, step: s, steps, called, onSelect, onMove, untitled }: Props) {
  const spawned = s.kind === "call" ? spawnedBy(s.output) : undefined;
  const nth = steps.indexOf(s);
  const rounds = steps.filter((x) => x.card === s.card && x.flow.id === s.flow.id);
  const action = run.actions.find((a) => a.id === s.action || (a.stepPath !== undefined && a.stepPath === s.path));
  const facts: [string, ReactNode][] = [
    ["Started", <Time key="b" at={s.startedAt} exact />],
    ["Took", tookOf(s) || "has not ended"],
  ];
  if (s.attempt > 1) facts.push(["Attempts", s.attempt]);
  if (s.flow.id !== run.flow.id)
    facts.push([
      "In the flow",
      <Link key="f" to="/flows/$id" params={{ id: s.flow.id }} className="text-accent hover:underline">
        {s.flow.name}
      </Link>,
    ]);
  facts.push([
    "Place",
    <code key="p" className="font-mono text-xs wrap-anywhere">
      {s.path}
    </code>,
  ]);
  return (
    <div className="flex flex-col gap-4 p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          {!untitled && <h2 className="text-base wrap-anywhere">{s.title}</h2>}
          {s.use && <code className="font-mono text-xs text-muted">{s.use}</code>}
        </div>
        <StepStateMark step={s} />
      </div>
      <nav aria-label="Steps" className="flex items-center justify-between gap-2 text-sm text-muted">
        <Button size="sm" look="quiet" icon={<ChevronLeft size={14} />} disabled={nth <= 0} onClick={() => onMove(-1)}>
          Before
        </Button>
        <span>
          Step {nth + 1} of {steps.length}
        </span>
        <Button size="sm" look="quiet" disabled={nth === steps.length - 1} onClick={() => onMove(1)}>
          Next
          <ChevronRight size={14} aria-hidden />
        </Button>
      </nav>
      {called && (
        <Button icon={<CornerDownRight size={14} />} onClick={() => onSelect(called)}>
          Open what it called: {called.flow.name || "a deleted flow"}
        </Button>
      )}
      {spawned && (
        <Link to="/runs/$id" params={{ id: spawned }} className="text-accent hover:underline">
          Open the run that it started
        </Link>
      )}
      {rounds.length > 1 && (
        <Select
          aria-label="Round"
          value={s.path}
          onChange={(e) => {
            const next = rounds.find((r) => r.path === e.target.value);
            if (next) onSelect(next);
          }}
          choices={rounds.map((r) => ({
            value: r.path,
            label: `Round ${roundOf(r.path) ?? r.path}: ${r.state.replace("_", " ")}`,
          }))}
        />
      )}
      {s.error && (
        <Note tone="bad" title="What came back">
          {s.error}
        </Note>
      )}
      {s.reason && <Note tone={s.state === "refused" ? "warn" : "info"}>{s.reason}</Note>}
      {s.state === "unknown" && (
        <Note tone="warn" title="Nobody knows whether it happened">
          It was asked for, and no answer came that says. Look in the tenant.
        </Note>
      )}
      {action && (
        <div className="flex items-center justify-between gap-3 rounded-md border px-3 py-2">
          <Link to="/activity/$id" params={{ id: action.id }} className="min-w-0 hover:underline">
            <span className="block truncate font-medium">{action.title}</span>
            <span className="block truncate text-sm text-muted">{action.target?.name || action.target?.id}</span>
          </Link>
          <span className="flex items-center gap-1">
            <ActionStateMark state={action.state} undone={action.undoneBy !== undefined} />
            <UndoButton action={action} />
          </span>
        </div>
      )}
      <Facts items={facts} className="text-sm" />
      <Data title="Input" value={s.input} kept={run.dataKept} />
      <Data title={s.state === "dry_run" ? "What it would send" : "Output"} value={s.output} kept={run.dataKept} />
    </div>
  );
}

/** The run that a call of its own started. */
function spawnedBy(output: unknown): string | undefined {
  const id = typeof output === "object" && output !== null && "run_id" in output ? output.run_id : undefined;
  return typeof id === "string" ? id : undefined;
}

function Data({ title, value, kept }: { title: string; value: unknown; kept: boolean }) {
  return (
    <div>
      <h3 className="mb-1 flex items-baseline justify-between text-sm font-medium">
        {title}
        {!kept && value !== undefined && (
          <span className="text-xs font-normal text-faint">only kinds and sizes are kept</span>
        )}
      </h3>
      {value === undefined || value === null ? (
        <p className="text-sm text-faint">None</p>
      ) : (
        <Json value={value} label={title.toLowerCase()} depth={3} />
      )}
    </div>
  );
}
