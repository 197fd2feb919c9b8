import { listed } from "./alertTrigger.ts";
import { type Data, objectOf, textOf } from "./tree.ts";

/** The keys of a finding trigger that take one text or several. */
export type FindingList = "check" | "category" | "profile" | "kind" | "tenant";
export type Turn = "opened" | "reopened" | "closed";

const turns: Turn[] = ["opened", "reopened", "closed"];

/** The texts at a key of a finding trigger. */
export function chosenOf(finding: unknown, key: FindingList): string[] {
  const v = objectOf(finding)[key];
  return (Array.isArray(v) ? v : [v]).map(textOf).filter(Boolean);
}

/** When the trigger starts the flow: as findings are opened, for the first time or again, where nothing is said. */
export function turnsOf(finding: unknown): Turn[] {
  const v = objectOf(finding).on;
  const said = (Array.isArray(v) ? v : [v]).map(textOf);
  const known = turns.filter((t) => said.includes(t));
  return known.length > 0 ? known : ["opened", "reopened"];
}

/** What stands at `on`: nothing where it is what holds anyway. A trigger starts the flow on something. */
export function turnsAfter(finding: unknown, turn: Turn, yes: boolean): string | string[] | undefined {
  const now = turnsOf(finding);
  const next = turns.filter((t) => (t === turn ? yes : now.includes(t)));
  return next.length === 0 || next.join() === "opened,reopened" ? undefined : listed(next);
}

/** The trigger with a key set; null where nothing is said any more, which is every finding. */
export function findingWith(finding: unknown, key: string, value: unknown): Data | null {
  const rest = Object.entries({ ...objectOf(finding), [key]: value }).filter(([, v]) => v !== undefined && v !== "");
  return rest.length > 0 ? Object.fromEntries(rest) : null;
}
