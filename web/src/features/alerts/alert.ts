import type { components } from "../../api/schema.gen.ts";

export type Alert = components["schemas"]["Alert"];
export type AlertDetail = components["schemas"]["AlertDetail"];
export type AlertState = components["schemas"]["AlertState"];
export type Entry = components["schemas"]["AlertEntry"];
export type EntityOf = components["schemas"]["AlertEntity"];
export type Severity = components["schemas"]["Severity"];
export type Verdict = components["schemas"]["AlertVerdict"];

/** What an alert can turn out to be. */
export const verdicts: Record<Verdict, { label: string; help: string }> = {
  true_positive: { label: "True positive", help: "An attack, or what should not have been done." },
  benign: { label: "Benign", help: "It happened as the rule says, and was meant to." },
  false_positive: { label: "False positive", help: "It is not what the rule looks for." },
  duplicate: { label: "Duplicate", help: "Another alert tells the same." },
};

export const verdictList = Object.keys(verdicts) as Verdict[];

/** The name of whom an alert is about: the login of people, what there is of others. */
export function entityName(e: EntityOf): string {
  return e.login || e.name || e.id || "unknown";
}

const kinds: Record<string, string> = {
  user: "Person",
  ip: "Address",
  app: "App",
  group: "Group",
  device: "Device",
  session: "Session",
  org: "Org",
  system: "Okta",
};

/** What an entity is, in a word. */
export function kindWord(kind: string): string {
  return kinds[kind] ?? "Other";
}
