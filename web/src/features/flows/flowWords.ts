import type { components } from "../../api/schema.gen.ts";

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
    case "schedule":
      return `At ${t.cron ?? "set times"}${t.zone ? ` (${t.zone})` : ""}`;
    case "api":
      return "API endpoint";
    case "delegated":
      return "Delegated";
    case "row":
      return `Rows of ${t.table ?? "a table"}`;
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

export const flowSorts = {
  title: (a: Flow, b: Flow) => a.title.localeCompare(b.title),
  folder: (a: Flow, b: Flow) => a.folder.name.localeCompare(b.folder.name) || a.title.localeCompare(b.title),
  last: (a: Flow, b: Flow) => (a.lastRun?.createdAt ?? "").localeCompare(b.lastRun?.createdAt ?? ""),
  runs: (a: Flow, b: Flow) => a.day.runs - b.day.runs,
} as const;

/** The unbound things of a flow as the server names them: "connection chat" is the connection chat. */
export function unboundName(text: string): { kind: string; name: string } {
  const [kind = "", ...rest] = text.split(" ");
  return { kind, name: rest.join(" ") };
}
