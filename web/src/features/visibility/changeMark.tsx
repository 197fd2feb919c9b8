import { CirclePlus, CircleX, type LucideIcon, PencilLine } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";
import { changeWords, fieldDiff } from "./fieldDiff.ts";
import { aboutKind } from "./kinds.ts";

type Change = components["schemas"]["EntityChange"];

const looks: Record<Change["change"], { label: string; icon: LucideIcon; tone: Tone }> = {
  added: { label: "New", icon: CirclePlus, tone: "live" },
  changed: { label: "Changed", icon: PencilLine, tone: "plain" },
  removed: { label: "Gone", icon: CircleX, tone: "quiet" },
};

/** What became of something. */
export function ChangeMark({ change }: { change: Change["change"] }) {
  return <State {...looks[change]} />;
}

/** What changed, in a line. */
export function changeLine(c: Change): string {
  const what = aboutKind(c.entity.kind).one;
  if (c.change === "added") return `a new ${what}`;
  if (c.change === "removed") return `a ${what} that was there`;
  const fields = changeWords(fieldDiff(c.before, c.after));
  return fields ? `${what}: ${fields}` : `${what}, and back again`;
}
