import type { components } from "../../api/schema.gen.ts";
import { scheduleWords } from "./schedule.ts";

type Trigger = components["schemas"]["Trigger"];
type Flow = components["schemas"]["Flow"];

/** What starts a flow, in a few words. */
export function triggerWords(t: Trigger | undefined): string {
  if (!t) return "Cannot be read";
  switch (t.kind) {
    case "event": {
      const [first, ...more] = t.events ?? [];
      return more.length ? `${first} and ${more.length} more` : (first ?? "Any event");
    }
    case "on_demand":
      return "On demand";
    case "call":
      return "Called by other flows";
    case "schedule": {
      const words = scheduleWords(t.cron, t.zone);
      if (words) return words.charAt(0).toUpperCase() + words.slice(1);
      return `At ${t.cron ?? "set times"}${t.zone ? ` (${t.zone})` : ""}`;
    }
    case "api":
      return "API endpoint";
    case "delegated":
      return "Delegated";
    case "row":
      return `Rows of ${t.table ?? "a table"}`;
    case "alert":
      return "Alerts";
    case "finding":
      return "Findings";
  }
}

/** What comes next once a flow with such a trigger is on. */
export function onWords(t: Trigger | undefined): string | undefined {
  switch (t?.kind) {
    case "event":
      return "It acts from the next event on.";
    case "on_demand":
      return "It runs whenever somebody runs it.";
    case "call":
      return "Other flows can call it now.";
    case "schedule": {
      const words = scheduleWords(t.cron, t.zone);
      return words ? `It runs ${words}.` : "It runs at its set times.";
    }
    case "api":
      return "Its address answers from now on.";
    case "delegated":
      return "Its delegates can run it now.";
    case "row":
      return "It acts from the next change of a row on.";
    case "alert":
      return "It acts from the next alert on.";
    case "finding":
      return "It acts from the next judgement on.";
    default:
      return undefined;
  }
}

export type FlowFilter = { q?: string; folder?: string; show?: string };

/** The flows that a filter leaves. */
export function filterFlows(flows: Flow[], f: FlowFilter): Flow[] {
  const words = (f.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return flows.filter((x) => {
    if (f.folder && x.folder.id !== f.folder) return false;
    if (f.show === "on" && !x.enabled) return false;
    if (f.show === "off" && x.enabled) return false;
    if (f.show === "failing" && x.day.failed === 0) return false;
    const text =
      `${x.title} ${x.description} ${x.folder.name} ${x.slug} ${x.trigger?.events?.join(" ") ?? ""}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/** A name as it is shown: a page folds blanks, and so does what sorts. */
const folded = (name: string) => name.trim().replace(/\s+/g, " ");
const byTitle = (a: Flow, b: Flow) => folded(a.title).localeCompare(folded(b.title));

export const flowSorts = {
  title: byTitle,
  folder: (a: Flow, b: Flow) => folded(a.folder.name).localeCompare(folded(b.folder.name)) || byTitle(a, b),
  last: (a: Flow, b: Flow) => (a.lastRun?.createdAt ?? "").localeCompare(b.lastRun?.createdAt ?? ""),
  runs: (a: Flow, b: Flow) => a.day.runs - b.day.runs,
} as const;

/** The unbound things of a flow as the server names them: "connection chat" is the connection chat. */
export function unboundName(text: string): { kind: string; name: string } {
  const [kind = "", ...rest] = text.split(" ");
  return { kind, name: rest.join(" ") };
}
