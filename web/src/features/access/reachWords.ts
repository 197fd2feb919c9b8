import { count } from "../../kit/time.ts";
import { aboutKind, isKind } from "../visibility/kinds.ts";

type Named = { id: string; name?: string };

/** Through what somebody has an app. */
export function reachWords(a: { direct: boolean; groups: Named[] }): string {
  const by = a.groups.map((g) => g.name || g.id).join(", ");
  if (a.direct && by) return `assigned, and by ${by}`;
  if (a.direct) return "assigned";
  return by ? `by ${by}` : "how is not known";
}

/** How many there are of each kind: "3 groups, 12 people". */
export function countsWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .toSorted((a, b) => b[1] - a[1])
    .map(([kind, n]) => {
      if (!isKind(kind)) return `${count(n)} ${kind}`;
      const { one, many } = aboutKind(kind);
      return `${count(n)} ${n === 1 ? one : lower(many)}`;
    })
    .join(", ");
}

/** A plural within a sentence; API stays as it is. */
function lower(many: string): string {
  return /^[A-Z]{2}/.test(many) ? many : many.charAt(0).toLowerCase() + many.slice(1);
}
