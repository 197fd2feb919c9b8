import type { components } from "../../api/schema.gen.ts";

export type Letter = components["schemas"]["Letter"];

const kinds: Record<Letter["kind"], string> = {
  confirm: "Confirm an address",
  reset: "Set a new password",
  managed: "No password to set",
  invite: "Invitation",
  signin: "New sign-in",
  test: "Test",
};

/** What a letter is for, in words. */
export function kindOf(l: Pick<Letter, "kind">): string {
  return kinds[l.kind];
}

export const stateNames: Record<Letter["state"], string> = {
  queued: "Waits",
  sent: "Sent",
  failed: "Failed",
  expired: "Expired",
};

/** Whether a letter can be tried again now: it was not sent, and its link is still good. */
export function canRetry(l: Pick<Letter, "state" | "expiresAt">, now: Date): boolean {
  return (l.state === "queued" || l.state === "failed") && new Date(l.expiresAt) > now;
}
