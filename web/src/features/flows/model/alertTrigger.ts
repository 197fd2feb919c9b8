import { type Data, objectOf, textOf } from "./tree.ts";

/** The keys of an alert trigger that take one text or several. */
export type AlertList = "rule" | "type" | "entity" | "tag";
export type AlertHas = "opened" | "escalated";

/** The texts at a key of an alert trigger. */
export function chosen(alert: unknown, key: AlertList): string[] {
  const v = objectOf(alert)[key];
  return (Array.isArray(v) ? v : [v]).map(textOf).filter(Boolean);
}

/** When the trigger starts the flow: as alerts are opened, where nothing is said. */
export function startsOn(alert: unknown): AlertHas[] {
  const v = objectOf(alert).on;
  const said = (Array.isArray(v) ? v : [v])
    .map(textOf)
    .filter((s): s is AlertHas => s === "opened" || s === "escalated");
  return said.length > 0 ? said : ["opened"];
}

/** What stands in the file for some texts: one as it is, none as no condition. */
export const listed = (values: string[]): string | string[] | undefined =>
  values.length > 1 ? values : values[0] || undefined;

/** What stands at `on`: nothing where it is what holds anyway. A trigger starts the flow on something. */
export function startsOnAfter(alert: unknown, has: AlertHas, yes: boolean): string[] | undefined {
  const now = startsOn(alert).filter((h) => h !== has);
  const next: AlertHas[] = (["opened", "escalated"] as const).filter((h) => (h === has ? yes : now.includes(h)));
  return next.length === 0 || (next.length === 1 && next[0] === "opened") ? undefined : next;
}

/** The trigger without what is not said any more; null where nothing is, which is every alert. */
export function alertWith(alert: unknown, key: string, value: unknown): Data | null {
  const rest = Object.entries({ ...objectOf(alert), [key]: value }).filter(([, v]) => v !== undefined && v !== "");
  return rest.length > 0 ? Object.fromEntries(rest) : null;
}
