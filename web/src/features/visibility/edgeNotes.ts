import { at, capitals } from "./facts.ts";
import type { Relation } from "./kinds.ts";

/** What is to be known of a relation itself, in a line. */
export function edgeNotes(relation: Relation, body: unknown): string {
  const text = (path: string) => {
    const v = at(body, path);
    return typeof v === "string" ? v : "";
  };
  const some = (path: string) => {
    const v = at(body, path);
    return Array.isArray(v) ? v.map(String) : [];
  };
  const status = text("status");
  const out: string[] = [];
  if (status && status !== "ACTIVE") out.push(capitals(status));
  if (relation === "has_role") {
    const [groups, apps] = [some("targets.groups"), some("targets.apps")];
    if (groups.length > 0) out.push(`only over groups ${groups.join(", ")}`);
    if (apps.length > 0) out.push(`only over apps ${apps.join(", ")}`);
    if (text("resource_set")) out.push(`over the resource set ${text("resource_set")}`);
  }
  if (relation === "assigned" && text("externalId")) out.push(`there ${text("externalId")}`);
  if (relation === "uses_device" && text("managementStatus")) out.push(capitals(text("managementStatus")));
  if (relation === "granted_scope" && text("source")) out.push(`granted by ${capitals(text("source"))}`);
  return out.join("; ");
}
