// Suppressions as people enter them, and conditions that follow from an alert.
import type { Input } from "../../api/client.ts";
import type { components } from "../../api/schema.gen.ts";
import type { EntityOf } from "../alerts/alert.ts";

export type Suppression = components["schemas"]["Suppression"];
export type Scope = components["schemas"]["SuppressionScope"];
export type Body = Input<"post", "/api/v1/suppressions">["body"];

export type Draft = { scope: Scope; rule: string; type: string; where: string; reason: string; days: string };

/** For how long a suppression is. Whoever chooses none gets the first. */
export const spans = [
  { value: "30", label: "30 days" },
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "never", label: "No end" },
];

const day = 86_400_000;

/** What is sent for a draft; "as it is" keeps the end that there is. */
export function bodyOf(d: Draft, now: Date, kept?: string): Body {
  const target = d.scope === "rule" ? d.rule : d.scope === "type" ? d.type : undefined;
  const expiresAt =
    d.days === "kept"
      ? kept
      : d.days === "never"
        ? undefined
        : new Date(now.getTime() + Number(d.days) * day).toISOString();
  return {
    scope: d.scope,
    where: d.where.trim(),
    reason: d.reason.trim(),
    ...(target ? { target } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  };
}

/** Whether there is enough of a draft to hold it against what was. */
export function previewable(d: Draft): boolean {
  const target = d.scope === "rule" ? d.rule : d.scope === "type" ? d.type : "all";
  return d.where.trim() !== "" && target !== "";
}

export type Likeness = { label: string; cel: string };

type Dict = Record<string, unknown>;
const dict = (v: unknown): Dict => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Dict) : {});

/** Conditions that hold of an alert, the first that which tells whom it is about. */
export function likeThis(entity: EntityOf, raw: unknown): Likeness[] {
  const out: Likeness[] = [];
  const add = (label: string, path: string, value: unknown) => {
    if (typeof value === "string" && value !== "") out.push({ label, cel: `${path} == ${JSON.stringify(value)}` });
  };
  if (entity.login) add(entity.login, "entity.login", entity.login);
  else add(entity.name || entity.id, "entity.id", entity.id);
  const event = dict(raw);
  const client = dict(event.client);
  const place = dict(client.geographicalContext);
  add(`from ${client.ipAddress}`, "event.client.ipAddress", client.ipAddress);
  add(`from ${place.country}`, "event.client.geographicalContext.country", place.country);
  add(`in the zone ${client.zone}`, "event.client.zone", client.zone === "null" ? "" : client.zone);
  const actor = dict(event.actor).alternateId;
  if (actor !== entity.login && actor !== "unknown") add(`done by ${actor}`, "event.actor.alternateId", actor);
  add(`the same user agent`, "event.client.userAgent.rawUserAgent", dict(client.userAgent).rawUserAgent);
  return out.filter((l, i) => out.findIndex((o) => o.label === l.label) === i);
}

/** A condition with another one that has to hold too, or without it if it has it already. */
export function withCondition(where: string, cel: string): string {
  const parts = where
    .split(" && ")
    .map((p) => p.trim())
    .filter(Boolean);
  return (parts.includes(cel) ? parts.filter((p) => p !== cel) : [...parts, cel]).join(" && ");
}
