import { Check, CircleHelp, CircleX, LoaderCircle, type LucideIcon, RotateCw, ShieldX, Undo2 } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";

export type ActionState = components["schemas"]["ActionState"];

export const actionStates: Record<ActionState, { label: string; icon: LucideIcon; tone: Tone; spin?: boolean }> = {
  started: { label: "Under way", icon: LoaderCircle, tone: "live", spin: true },
  retrying: { label: "Retrying", icon: RotateCw, tone: "warn" },
  done: { label: "Done", icon: Check, tone: "plain" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  refused: { label: "Refused", icon: ShieldX, tone: "warn" },
  unknown: { label: "Outcome unknown", icon: CircleHelp, tone: "warn" },
};

export function ActionStateMark({ state, undone }: { state: ActionState; undone?: boolean }) {
  if (undone) return <State icon={Undo2} tone="quiet" label="Undone" />;
  const s = actionStates[state];
  return <State icon={s.icon} tone={s.tone} label={s.label} spin={s.spin} />;
}
