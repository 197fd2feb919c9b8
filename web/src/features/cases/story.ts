// The story of a case: its alerts, their events, what people said and what flows
// did, in one line of time.
import type { components } from "../../api/schema.gen.ts";

type Schemas = components["schemas"];
export type CaseDetail = Schemas["CaseDetail"];

export type Moment =
  | { kind: "event"; at: string; event: Schemas["Event"] }
  | { kind: "alert"; at: string; alert: Schemas["Alert"] }
  | { kind: "run"; at: string; run: Schemas["Run"] }
  | { kind: "action"; at: string; action: Schemas["Action"] }
  | { kind: "entry"; at: string; entry: Schemas["AlertEntry"]; alert?: Schemas["Alert"] };

/** What happened around a case, the oldest first: what is told elsewhere in it is told once. */
export function storyOf(c: Pick<CaseDetail, "alertList" | "events" | "timeline" | "runs" | "actions">): Moment[] {
  const alerts = new Map(c.alertList.map((a) => [a.id, a]));
  const out: Moment[] = [
    ...c.events.map((event): Moment => ({ kind: "event", at: event.published, event })),
    ...c.alertList.map((alert): Moment => ({ kind: "alert", at: alert.createdAt, alert })),
    ...c.runs.map((run): Moment => ({ kind: "run", at: run.createdAt, run })),
    ...c.actions.map((action): Moment => ({ kind: "action", at: action.startedAt, action })),
    ...c.timeline
      .filter((e) => e.kind !== "opened" && e.kind !== "case")
      .map((entry): Moment => ({ kind: "entry", at: entry.at, entry, alert: alerts.get(entry.of) })),
  ];
  return out.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
