import type { components } from "../../api/schema.gen.ts";
import { counted } from "../../kit/time.ts";

export type AuditEntry = components["schemas"]["AuditEntry"];
type AuditState = components["schemas"]["AuditState"];

const known: Record<string, string> = {
  "member.added": "Added a member",
  "member.changed": "Changed a member",
  "member.removed": "Removed a member",
  "role.added": "Made a role",
  "role.changed": "Changed a role",
  "role.deleted": "Deleted a role",
  "token.added": "Made an API token",
  "token.ended": "Ended an API token",
  "session.opened": "Signed in",
  "session.ended": "Ended a session",
  "session.refused": "Was refused at sign-in",
  "password.changed": "Changed a password",
  "organization.added": "Made the organization",
  "audit.pruned": "Deleted audit entries for their age",
};

/** What was done, in words: "putDraft" is "Put draft". */
export function actionWords(action: string): string {
  const words = action.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return known[action] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Who did it, as people know them. */
export function actorWords(e: Pick<AuditEntry, "actor" | "actorName">): string {
  return e.actorName || e.actor;
}

/** What verifying the log came to. */
export function verdict(s: AuditState): { bad: boolean; text: string } {
  if (s.fault) return { bad: true, text: `The log is not as it was written: ${s.fault.text}.` };
  const pruned = s.pruned > 0 ? ` Entries up to ${s.pruned} were deleted for their age.` : "";
  return { bad: false, text: `${counted(s.entries, "entry", "entries")}, each as it was written.${pruned}` };
}
