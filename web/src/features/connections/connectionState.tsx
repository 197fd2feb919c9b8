import { CircleCheck, CircleDashed, CircleX, type LucideIcon } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";

type ConnectionState = components["schemas"]["ConnectionState"];

const looks: Record<ConnectionState, { label: string; icon: LucideIcon; tone: Tone }> = {
  ok: { label: "Works", icon: CircleCheck, tone: "plain" },
  failed: { label: "Does not work", icon: CircleX, tone: "bad" },
  untested: { label: "Not tested yet", icon: CircleDashed, tone: "quiet" },
};

const away = { label: "Nobody signed in", icon: CircleDashed, tone: "quiet" } as const;

/** Whether a connection works. */
export function ConnectionStateMark({ connection: c }: { connection: components["schemas"]["Connection"] }) {
  const absent = c.auth === "oauth2_authorization_code" && !c.signedIn && c.state === "untested";
  const s = absent ? away : looks[c.state];
  return <State icon={s.icon} tone={s.tone} label={s.label} />;
}
