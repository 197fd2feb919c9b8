// What a list of alerts is narrowed by: in the address, and as the API is asked.
import type { Input } from "../../api/client.ts";
import { listOf } from "../../search.ts";
import { sinceOf } from "../runs/since.ts";
import type { AlertState, Severity, Verdict } from "./alert.ts";

export type AlertQuery = NonNullable<Input<"get", "/api/v1/alerts">["query"]>;

export type AlertSearch = {
  view?: string;
  q?: string;
  state?: string;
  severity?: string;
  type?: string;
  rule?: string;
  tag?: string;
  attack?: string;
  entity?: string;
  entityKind?: string;
  assignee?: string;
  verdict?: string;
  since?: string;
  overdue?: string;
  sort?: string;
};

type View = { id: string; label: string; query: AlertQuery; newest?: boolean };

/** Choices of alerts that have a name. The first is what one sees who has chosen none. */
export const views: [View, ...View[]] = [
  { id: "", label: "Needs work", query: { state: ["open", "acknowledged", "in_progress"] } },
  { id: "mine", label: "Mine", query: { state: ["open", "acknowledged", "in_progress"], assignee: ["me"] } },
  { id: "nobodys", label: "Nobody's", query: { state: ["open", "acknowledged", "in_progress"], assignee: ["nobody"] } },
  { id: "overdue", label: "Overdue", query: { state: ["open", "acknowledged", "in_progress"], overdue: true } },
  { id: "closed", label: "Closed", newest: true, query: { state: ["closed"] } },
  { id: "all", label: "All", newest: true, query: {} },
];

export function viewOf(s: AlertSearch): View {
  return views.find((v) => v.id === (s.view ?? "")) ?? views[0];
}

/** How the API is asked for what an address says. What is chosen by hand goes before what the view says. */
export function queryOf(s: AlertSearch, now: Date): AlertQuery {
  const out: AlertQuery = { ...viewOf(s).query };
  const set = <K extends keyof AlertQuery>(k: K, v: AlertQuery[K] | undefined) => {
    if (v !== undefined && !(Array.isArray(v) && v.length === 0)) out[k] = v;
  };
  set("state", listOf(s.state) as AlertState[]);
  set("severity", listOf(s.severity) as Severity[]);
  set("verdict", listOf(s.verdict) as Verdict[]);
  set("type", listOf(s.type));
  set("rule", listOf(s.rule));
  set("tag", listOf(s.tag));
  set("attack", listOf(s.attack));
  set("assignee", listOf(s.assignee));
  set("entity", s.entity || undefined);
  set("entityKind", s.entity ? s.entityKind || undefined : undefined);
  set("q", s.q || undefined);
  set("since", sinceOf(s.since, now));
  return out;
}

/** Whether somebody has narrowed the list beyond its view. */
export function narrowed({ view: _, sort: __, ...rest }: AlertSearch): boolean {
  return Object.values(rest).some(Boolean);
}

/** The address of a file of all alerts that a query finds. */
export function exportAddress(query: AlertQuery): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const v of Array.isArray(value) ? value : [value])
      if (v !== undefined && v !== false) out.append(name, String(v));
  }
  return `/api/v1/alerts/csv?${out}`;
}
