import type { components } from "../../api/schema.gen.ts";
import type { Zone } from "../../kit/time.ts";

export type Entry = components["schemas"]["TimelineEntry"];

export type Day<E = Entry> = { name: string; entries: E[] };

/** Entries under the days that they belong to, in the zone of the viewer. */
export function byDay<E extends { at: string }>(entries: E[], now: Date, zone: Zone): Day<E>[] {
  const timeZone = zone === "utc" ? "UTC" : undefined;
  const form = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone });
  const today = form.format(now);
  const yesterday = form.format(new Date(now.getTime() - 86_400_000));
  const out: Day<E>[] = [];
  for (const e of entries) {
    const date = form.format(new Date(e.at));
    const name = date === today ? "Today" : date === yesterday ? "Yesterday" : date;
    const last = out.at(-1);
    if (last?.name === name) last.entries.push(e);
    else out.push({ name, entries: [e] });
  }
  return out;
}
