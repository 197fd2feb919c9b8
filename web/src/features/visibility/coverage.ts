// How much of an org is seen. What was not seen is never called nothing.
import { CircleCheck, CircleDashed, CircleHelp, CircleMinus, CircleSlash, type LucideIcon } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import type { Tone } from "../../kit/State.tsx";
import { count } from "../../kit/time.ts";

export type Collection = components["schemas"]["TenantCollection"];
type Visible = components["schemas"]["Visible"];

const looks: Record<Visible, { label: string; icon: LucideIcon; tone: Tone }> = {
  full: { label: "Seen", icon: CircleCheck, tone: "plain" },
  partial: { label: "In part", icon: CircleMinus, tone: "warn" },
  denied: { label: "Not allowed", icon: CircleSlash, tone: "warn" },
  absent: { label: "Not in this org", icon: CircleDashed, tone: "quiet" },
  unknown: { label: "Unknown", icon: CircleHelp, tone: "warn" },
};

/** How much is seen of a collection, in a word. */
export function lookOf(c: Pick<Collection, "visible" | "truncated">) {
  return c.visible === "full" && c.truncated ? { ...looks.partial, label: "Not all of it" } : looks[c.visible];
}

/** Whether what is not in a collection is not in the org. */
export function wholly(c: Pick<Collection, "visible" | "truncated"> | undefined): boolean {
  return c !== undefined && (c.visible === "absent" || (c.visible === "full" && !c.truncated));
}

/** How many of the collections that the org has were seen in whole. */
export function shareOf(collections: Collection[]): { seen: number; of: number; percent: number } {
  const there = collections.filter((c) => c.visible !== "absent");
  const seen = there.filter(wholly).length;
  return { seen, of: there.length, percent: there.length === 0 ? 0 : Math.floor((100 * seen) / there.length) };
}

/** How many there are, as far as can be said: a number only where all were seen, "at least" where more may be there. */
export function countWords(c: Collection | undefined): string {
  if (!c) return "not read";
  switch (c.visible) {
    case "absent":
      return "none";
    case "full":
      return c.truncated ? `${count(c.count)}+` : count(c.count);
    case "partial":
      return `${count(c.count)}+`;
    default:
      return c.count > 0 ? `${count(c.count)} before` : "not seen";
  }
}

/** What has a collection of its own that is counted: kinds and relations, no parts and settings. */
export function counts(c: Collection): boolean {
  return !c.name.includes(".");
}

/** The worst first, so that what is missing stands on top; those alike as they came. */
export function worstFirst<T extends Pick<Collection, "visible" | "truncated">>(collections: T[]): T[] {
  const rank: Record<Visible, number> = { denied: 0, unknown: 1, partial: 2, full: 4, absent: 5 };
  const of = (c: T) => (c.visible === "full" && c.truncated ? 3 : rank[c.visible]);
  return collections.toSorted((a, b) => of(a) - of(b));
}
