// The lines of a timeline in words, and how they are put together.
import {
  ArrowLeftRight,
  KeyRound,
  LogIn,
  type LucideIcon,
  PencilLine,
  Play,
  ShieldAlert,
  ShieldCheck,
  Wrench,
} from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { aboutRelation } from "../visibility/kinds.ts";

export type Line = components["schemas"]["TimelineLine"];
export type LineKind = Line["kind"];
export type SignIn = components["schemas"]["SignInFacts"];
export type Recorded = components["schemas"]["RecordedMove"];

export const lineKinds: Record<LineKind, { label: string; icon: LucideIcon }> = {
  sign_in: { label: "Sign-ins", icon: LogIn },
  session: { label: "Sessions and factors", icon: KeyRound },
  admin: { label: "Done by them", icon: ArrowLeftRight },
  change: { label: "Changes", icon: PencilLine },
  alert: { label: "Alerts", icon: ShieldAlert },
  run: { label: "Runs", icon: Play },
  response: { label: "Responses", icon: Wrench },
};

export const lineKindList = Object.keys(lineKinds) as LineKind[];

/** A line, with the changes that the inventory found and that its event made. */
export type Shown = Line & { found: Line[] };

/**
 * The lines as they are shown: a change that the inventory found stands with the event that made it, where that is
 * among them.
 */
export function folded(lines: Line[]): Shown[] {
  const byEvent = new Map<string, Shown>();
  const all: Shown[] = lines.map((l) => ({ ...l, found: [] }));
  for (const l of all) if (l.event && !byEvent.has(l.event.uuid)) byEvent.set(l.event.uuid, l);
  return all.filter((l) => {
    const cause = l.recorded?.cause && byEvent.get(l.recorded.cause.uuid);
    cause?.found.push(l);
    return !cause;
  });
}

/** How a line reads. */
export function titleOf(l: Line): string {
  if (l.event) return l.event.message || l.event.type;
  if (l.recorded && l.account) {
    return `Account ${l.account.entity.name || l.account.entity.id} in Auth0: ${recordedWords(l.recorded)}`;
  }
  if (l.recorded) return recordedWords(l.recorded);
  if (l.alert) return l.alert.title;
  if (l.run) return l.run.flow.name || "A flow";
  if (l.action) return l.action.title;
  return l.plan?.title ?? "";
}

/** What the inventory found, in words. */
export function recordedWords(r: Recorded): string {
  if (r.relation) {
    const about = aboutRelation(r.relation as Parameters<typeof aboutRelation>[0]);
    const verb = r.change === "added" ? "new" : r.change === "removed" ? "no more" : "changed";
    return `${r.inward ? about.to : about.from}, ${verb}: ${namesOf(r)}`;
  }
  if (r.change === "found") return "Read for the first time";
  if (r.change === "added") return "It is there again";
  if (r.change === "removed") return "It is not there any more";
  const fields = r.fields ?? [];
  const shown = fields.slice(0, 3).join(", ");
  return `Changed: ${shown}${fields.length > 3 ? ` and ${fields.length - 3} more` : ""}`;
}

function namesOf(r: Recorded): string {
  const names = r.others.slice(0, 3).map((o) => o.name || o.id);
  const more = r.count - names.length;
  return (
    names.join(", ") +
    (more > 0 ? `${names.length > 0 ? " and " : ""}${more} ${names.length > 0 ? "more" : "others"}` : "")
  );
}

/** City and country. */
export function placeOf(s: Pick<SignIn, "city" | "country">): string {
  return [s.city, s.country].filter(Boolean).join(", ");
}

/** The network of an address: its number and whose it is. */
export function networkOf(s: Pick<SignIn, "as" | "asOrg" | "isp">): string {
  return [s.as, s.asOrg || s.isp].filter(Boolean).join(" ");
}

/** What somebody signed in with. */
export function deviceOf(d: SignIn["device"]): string {
  const system = [d.os, d.browser && capital(d.browser)].filter(Boolean).join(", ");
  return d.name && d.name !== "Computer" ? [d.name, system].filter(Boolean).join(", ") : system || d.name || "";
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

const factors: Record<string, string> = {
  OKTA_VERIFY_PUSH: "Okta Verify push",
  OKTA_SOFT_TOKEN: "Okta Verify code",
  SIGNED_NONCE: "Okta FastPass",
  FIDO_WEBAUTHN: "Security key or passkey",
  SMS_FACTOR: "Text message",
  CALL_FACTOR: "Call",
  EMAIL_FACTOR: "Email",
  SECURITY_QUESTION: "Security question",
  YUBIKEY_TOKEN: "YubiKey code",
  PASSWORD: "Password",
};

/** What people call a factor. */
export function factorName(factor: string): string {
  return factors[factor.toUpperCase()] ?? factor.replaceAll("_", " ");
}

export const traitNames: Record<SignIn["new"][number], string> = {
  country: "new country",
  network: "new network",
  device: "new device",
};

/** Whether what a line tells of went wrong. */
export function wentWrong(l: Line): boolean {
  const bad = ["FAILURE", "DENY"];
  return bad.includes(l.event?.outcome ?? "");
}

/** The mark beside a line of a kind where nothing of its own is known. */
export function iconOf(l: Line): LucideIcon {
  if (l.kind === "response" && l.action) return ShieldCheck;
  return lineKinds[l.kind].icon;
}
