import type { components } from "../../api/schema.gen.ts";
import { listOf } from "../../search.ts";
import { severityList } from "../alerts/severity.tsx";

export type Rule = components["schemas"]["Rule"];

export type RuleSearch = {
  q?: string;
  view?: string;
  pack?: string;
  severity?: string;
  show?: string;
  tag?: string;
  sort?: string;
};

/** What of the rules is looked at, beside what they are. */
export const shows = [
  { value: "", label: "On and off" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
  { value: "own", label: "Own" },
  { value: "changed", label: "Changed here" },
  { value: "hit", label: "Hit in 30 days" },
  { value: "quiet", label: "Never hit in 30 days" },
];

const shown: Record<string, (r: Rule) => boolean> = {
  on: (r) => r.enabled,
  off: (r) => !r.enabled,
  own: (r) => r.own,
  changed: (r) => r.changed,
  hit: (r) => r.month.hits > 0,
  quiet: (r) => r.month.hits === 0,
};

/** The rules that a filter leaves. A tactic or technique keeps its own; a technique also those of its parts. */
export function filterRules(rules: Rule[], s: RuleSearch): Rule[] {
  const words = (s.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const packs = listOf(s.pack);
  const severities = listOf(s.severity);
  const show = shown[s.show ?? ""];
  return rules.filter((r) => {
    const text = `${r.slug} ${r.title} ${r.description} ${r.tags.join(" ")}`.toLowerCase();
    return (
      words.every((w) => text.includes(w)) &&
      (packs.length === 0 || packs.includes(r.pack)) &&
      (severities.length === 0 || severities.includes(r.severity)) &&
      (!s.tag || r.tags.some((t) => t === s.tag || t.startsWith(`${s.tag}.`))) &&
      (!show || show(r))
    );
  });
}

const by: Record<string, (a: Rule, b: Rule) => number> = {
  title: (a, b) => a.title.localeCompare(b.title),
  severity: (a, b) => severityList.indexOf(a.severity) - severityList.indexOf(b.severity),
  pack: (a, b) => a.pack.localeCompare(b.pack),
  category: (a, b) => (a.category ?? "").localeCompare(b.category ?? ""),
  status: (a, b) => (a.status ?? "").localeCompare(b.status ?? ""),
  week: (a, b) => b.week.alerts - a.week.alerts || b.week.hits - a.week.hits,
  month: (a, b) => b.month.alerts - a.month.alerts || b.month.hits - a.month.hits,
};

/** Rules in an order; those that are alike in it by their titles. */
export function sortRules(rules: Rule[], { by: what, down }: { by: string; down: boolean }): Rule[] {
  const order = by[what] ?? by.title;
  const out = rules.toSorted((a, b) => order?.(a, b) || a.title.localeCompare(b.title));
  return down ? out.reverse() : out;
}
