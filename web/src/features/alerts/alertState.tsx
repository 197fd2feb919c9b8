import { CircleCheck, CircleDot, Eye, LoaderCircle } from "lucide-react";
import { State } from "../../kit/State.tsx";
import type { Look } from "../runs/runState.tsx";
import { type AlertState, type Verdict, verdicts } from "./alert.ts";

export const alertStates: Record<AlertState, Look> = {
  open: { label: "Open", icon: CircleDot, tone: "plain" },
  acknowledged: { label: "Acknowledged", icon: Eye, tone: "quiet" },
  in_progress: { label: "In progress", icon: LoaderCircle, tone: "live" },
  closed: { label: "Closed", icon: CircleCheck, tone: "quiet" },
};

/** How far people are with an alert or a case; of a closed one, what it turned out to be. */
export function AlertStateMark({ state, verdict, strong }: { state: AlertState; verdict?: Verdict; strong?: boolean }) {
  const s = alertStates[state];
  const label = state === "closed" && verdict ? verdicts[verdict].label : s.label;
  return <State icon={s.icon} tone={s.tone} label={label} strong={strong} />;
}
