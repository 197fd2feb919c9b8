import {
  CircleAlert,
  CircleCheck,
  CircleX,
  Eye,
  type LucideIcon,
  Minus,
  ShieldCheck,
  TriangleAlert,
} from "lucide-react";
import { State, type Tone } from "../../kit/State.tsx";
import type { Severity } from "../alerts/alert.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import type { CheckSeverity, FindingState, Verdict } from "./posture.ts";

export const verdicts: Record<Verdict, { label: string; icon: LucideIcon; tone: Tone; means: string }> = {
  FAIL: { label: "Fails", icon: CircleX, tone: "bad", means: "It does not hold." },
  ERROR: { label: "Error", icon: CircleAlert, tone: "warn", means: "The check itself could not be worked out." },
  WARN: {
    label: "Doubt",
    icon: TriangleAlert,
    tone: "warn",
    means: "It may hold and is not proven, or holds in part.",
  },
  MANUAL: { label: "Look", icon: Eye, tone: "plain", means: "What it needs cannot be seen: a person has to look." },
  PASS: { label: "Passes", icon: CircleCheck, tone: "quiet", means: "It holds." },
  NOT_APPLICABLE: {
    label: "Does not apply",
    icon: Minus,
    tone: "quiet",
    means: "The org has nothing that it is about.",
  },
};

/** What a check came to: a shape and a word. */
export function VerdictMark({ verdict, strong }: { verdict: Verdict; strong?: boolean }) {
  const v = verdicts[verdict];
  return (
    <span title={v.means}>
      <State icon={v.icon} tone={v.tone} label={v.label} strong={strong} />
    </span>
  );
}

const asAlert = (s: CheckSeverity): Severity => (s === "info" ? "informational" : s);

/** How much a check matters, as the severity of an alert looks. */
export function WeightMark({ severity, strong }: { severity: CheckSeverity; strong?: boolean }) {
  return <SeverityMark severity={asAlert(severity)} strong={strong} />;
}

export const findingStateMarks: Record<FindingState, { label: string; icon: LucideIcon; tone: Tone }> = {
  open: { label: "Open", icon: CircleX, tone: "bad" },
  accepted: { label: "Accepted", icon: ShieldCheck, tone: "plain" },
  closed: { label: "Closed", icon: CircleCheck, tone: "quiet" },
};

/** Where a finding stands. */
export function FindingMark({ state, strong }: { state: FindingState; strong?: boolean }) {
  const s = findingStateMarks[state];
  return <State icon={s.icon} tone={s.tone} label={s.label} strong={strong} />;
}
