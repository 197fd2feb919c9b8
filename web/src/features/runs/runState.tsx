import {
  Ban,
  Check,
  CircleDashed,
  CircleHelp,
  CircleStop,
  CircleX,
  Clock,
  Eye,
  LoaderCircle,
  type LucideIcon,
  Minus,
  RotateCw,
  ShieldX,
} from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";

export type RunState = components["schemas"]["RunState"];
export type StepState = components["schemas"]["StepState"];

export type Look = { label: string; icon: LucideIcon; tone: Tone; spin?: boolean };

export const runStates: Record<RunState, Look> = {
  queued: { label: "Queued", icon: CircleDashed, tone: "quiet" },
  running: { label: "Running", icon: LoaderCircle, tone: "live", spin: true },
  waiting: { label: "Waiting", icon: Clock, tone: "live" },
  succeeded: { label: "Succeeded", icon: Check, tone: "plain" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  stopped: { label: "Stopped", icon: CircleStop, tone: "quiet" },
  cancelled: { label: "Cancelled", icon: Ban, tone: "quiet" },
};

const stepStates: Record<StepState, Look> = {
  started: { label: "Under way", icon: LoaderCircle, tone: "live", spin: true },
  retrying: { label: "Retrying", icon: RotateCw, tone: "warn" },
  waiting: { label: "Waiting", icon: Clock, tone: "live" },
  again: { label: "Retried", icon: RotateCw, tone: "warn" },
  done: { label: "Done", icon: Check, tone: "plain" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  refused: { label: "Refused", icon: ShieldX, tone: "warn" },
  dry_run: { label: "Shown, not done", icon: Eye, tone: "quiet" },
  unknown: { label: "Outcome unknown", icon: CircleHelp, tone: "warn" },
};

export function RunStateMark({ state, strong }: { state: RunState; strong?: boolean }) {
  const s = runStates[state];
  return <State icon={s.icon} tone={s.tone} label={s.label} spin={s.spin} strong={strong} />;
}

const passedBy: Look = { label: "Passed by", icon: Minus, tone: "quiet" };
const endedRun: Look = { label: "Ended the run", icon: CircleX, tone: "bad" };

/** How a step looks. A card that ends the flow on a condition is passed by where that does not hold. */
export function stepLook(s: { kind?: string; state: StepState; input?: unknown }): Look {
  if (s.state === "done" && (s.kind === "stop" || s.kind === "fail" || s.kind === "return")) {
    if (typeof s.input === "object" && s.input !== null && "if" in s.input) return passedBy;
    if (s.kind === "fail") return endedRun;
  }
  return stepStates[s.state];
}

export function StepStateMark({ step }: { step: Parameters<typeof stepLook>[0] }) {
  const s = stepLook(step);
  return <State icon={s.icon} tone={s.tone} label={s.label} spin={s.spin} />;
}

/** Whether a run will do nothing more by itself. */
export function ended(state: RunState): boolean {
  return state === "succeeded" || state === "failed" || state === "stopped" || state === "cancelled";
}
