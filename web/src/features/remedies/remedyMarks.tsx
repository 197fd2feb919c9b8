import {
  Ban,
  Check,
  CircleDashed,
  CircleHelp,
  CircleX,
  Clock,
  Hand,
  LoaderCircle,
  type LucideIcon,
  Minus,
  OctagonX,
  ShieldX,
  Undo2,
} from "lucide-react";
import { State, type Tone } from "../../kit/State.tsx";
import type { RemedyState, StepState } from "./remedy.ts";

type Mark = { label: string; icon: LucideIcon; tone: Tone; spin?: boolean };

export const remedyStates: Record<RemedyState, Mark> = {
  draft: { label: "Draft", icon: CircleDashed, tone: "plain" },
  waiting: { label: "Waits for approval", icon: Hand, tone: "warn" },
  running: { label: "Running", icon: LoaderCircle, tone: "live", spin: true },
  undoing: { label: "Being undone", icon: LoaderCircle, tone: "live", spin: true },
  done: { label: "Done", icon: Check, tone: "plain" },
  stopped: { label: "Stopped", icon: OctagonX, tone: "warn" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  undone: { label: "Undone", icon: Undo2, tone: "quiet" },
};

export const remedyStateList = Object.keys(remedyStates) as RemedyState[];

const stepStates: Record<StepState, Mark> = {
  planned: { label: "To do", icon: CircleDashed, tone: "plain" },
  barred: { label: "Barred", icon: Ban, tone: "warn" },
  skipped: { label: "Nothing to do", icon: Minus, tone: "quiet" },
  started: { label: "Under way", icon: LoaderCircle, tone: "live", spin: true },
  verifying: { label: "Being looked at", icon: Clock, tone: "live" },
  done: { label: "Done", icon: Check, tone: "plain" },
  refused: { label: "Refused", icon: ShieldX, tone: "warn" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  unknown: { label: "Outcome unknown", icon: CircleHelp, tone: "warn" },
  undone: { label: "Undone", icon: Undo2, tone: "quiet" },
};

/** Where a plan stands. */
export function RemedyMark({ state, strong }: { state: RemedyState; strong?: boolean }) {
  const s = remedyStates[state];
  return <State icon={s.icon} tone={s.tone} label={s.label} spin={s.spin} strong={strong} />;
}

/** Where a step stands. */
export function StepMark({ state }: { state: StepState }) {
  const s = stepStates[state];
  return <State icon={s.icon} tone={s.tone} label={s.label} spin={s.spin} />;
}
