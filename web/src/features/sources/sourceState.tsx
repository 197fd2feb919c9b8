import { CircleCheck, CircleDashed, CirclePause, CircleX, Clock, type LucideIcon } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";

type Health = components["schemas"]["SourceHealth"];

const looks: Record<Health["state"], { label: string; icon: LucideIcon; tone: Tone }> = {
  ok: { label: "Receiving", icon: CircleCheck, tone: "plain" },
  late: { label: "Late", icon: Clock, tone: "warn" },
  waiting: { label: "Nothing yet", icon: CircleDashed, tone: "quiet" },
  failing: { label: "Failing", icon: CircleX, tone: "bad" },
  paused: { label: "Paused", icon: CirclePause, tone: "quiet" },
};

export function SourceStateMark({ health }: { health: Health }) {
  const s = looks[health.state];
  return <State icon={s.icon} tone={s.tone} label={s.label} />;
}
