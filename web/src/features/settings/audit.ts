import type { components } from "../../api/schema.gen.ts";
import { counted } from "../../kit/time.ts";

export type AuditEntry = components["schemas"]["AuditEntry"];
type AuditState = components["schemas"]["AuditState"];

const known: Record<string, string> = {
  "auth0_action.deployed": "Deployed the Action in an Auth0 tenant",
  "auth0_action.removed": "Removed the Action from an Auth0 tenant",
  "audit.pruned": "Deleted audit entries for their age",
  "confirmation.asked": "Asked for an address to be confirmed",
  "factor.added": "Added a second factor",
  "factor.removed": "Removed a second factor",
  "factor.reset": "Reset somebody's second factors",
  "flow.changed": "Changed a flow",
  "invitation.accepted": "Accepted an invitation",
  "invitation.added": "Invited somebody",
  "invitation.removed": "Took an invitation back",
  "invitation.sent_again": "Sent an invitation again",
  "member.added": "Added a member",
  "member.changed": "Changed a member",
  "member.confirmed": "Confirmed their address",
  "member.kept": "Would have removed a member, who stayed",
  "member.removed": "Removed a member",
  "member.role_kept": "Would have taken a role, which stayed",
  "okta_setup.begun": "Began to connect an Okta org by an app",
  "okta_setup.ended": "Came to an end with connecting an Okta org by an app",
  "organization.added": "Made the organization",
  "password.changed": "Changed a password",
  "password.reset": "Set a new password by mail",
  "password.reset_asked": "Asked for a new password",
  "recovery_code.used": "Used a recovery code",
  "recovery_codes.made": "Made new recovery codes",
  "role.added": "Made a role",
  "role.changed": "Changed a role",
  "role.deleted": "Deleted a role",
  "posture.excepted": "Accepted a finding",
  "posture.set": "Changed what an org is judged by",
  "posture.unexcepted": "Took back that a finding is accepted",
  "scim.group_changed": "Changed a pushed group",
  "scim.group_created": "Pushed a group",
  "scim.group_deleted": "Deleted a pushed group",
  "scim.secret_ended": "Ended provisioning",
  "scim.secret_made": "Made a deprovisioning secret",
  "scim.secret_rotated": "Rotated the deprovisioning secret",
  "scim.secret_shown": "Looked at the deprovisioning secret",
  "scim.user_activated": "Activated a provisioned user",
  "scim.user_changed": "Changed a provisioned user",
  "scim.user_created": "Provisioned a user",
  "scim.user_deactivated": "Deprovisioned a user",
  "scim.user_deleted": "Deleted a provisioned user",
  "session.ended": "Ended a session",
  "session.opened": "Signed in",
  "session.proved": "Proved again who they are",
  "session.refused": "Was refused at sign-in",
  "signin_policy.changed": "Changed the rules of signing in",
  "sso.disabled": "Disabled single sign-on",
  "sso.draft_dropped": "Dropped the draft of single sign-on",
  "sso.drafted": "Changed the draft of single sign-on",
  "sso.refreshed": "Took new metadata of Okta",
  "sso.saved": "Put single sign-on in force",
  "sso.tested": "Tested single sign-on",
  "token.added": "Made an API token",
  "token.ended": "Ended an API token",
};

/** What was done, in words: "putDraft" is "Put draft", and "case.closed" would be "Case closed". */
export function actionWords(action: string): string {
  const words = action
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[._]/g, " ")
    .toLowerCase();
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
