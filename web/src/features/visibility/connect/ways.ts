// The three ways to let an Okta org be seen.
import { AppWindow, Bot, KeyRound, type LucideIcon } from "lucide-react";
import type { components } from "../../../api/schema.gen.ts";

type OktaSetup = components["schemas"]["OktaSetup"];

export type WayId = "app" | "token" | "integration";

export type Way = {
  id: WayId;
  title: string;
  icon: LucideIcon;
  /** What it is, in a sentence. */
  what: string;
  /** What decides how much it sees. */
  sees: string;
  /** How long it is good for, and what is secret about it. */
  lasts: string;
  recommended?: true;
};

export const ways: Way[] = [
  {
    id: "app",
    title: "OAuth service app",
    icon: AppWindow,
    what: "An app that is made in your org for Sallyport alone, from here, in a minute.",
    sees: "The scopes that it is granted and its admin role: both only read.",
    lasts: "It does not expire, and is nobody's account. Its private key never leaves this server.",
    recommended: true,
  },
  {
    id: "token",
    title: "API token",
    icon: KeyRound,
    what: "What an administrator makes in the Admin Console under Security, API, Tokens.",
    sees: "All that this administrator sees, and can do all that they can.",
    lasts: "It dies after 30 days without use, and with its owner.",
  },
  {
    id: "integration",
    title: "API service integration",
    icon: Bot,
    what: "What is installed from Okta's catalogue, with a client ID and a client secret.",
    sees: "The scopes that were approved when it was installed; it has no admin role.",
    lasts: "It stays until it is deleted. Of its two secrets one can be changed while the other works.",
  },
];

export function wayOf(id: string): Way | undefined {
  return ways.find((w) => w.id === id);
}

/** The host of an org's domain as somebody types it: acme, acme.okta.com, or the address of its admin console. */
export function hostTyped(domain: string): string {
  const host = domain
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/?#].*$/, "")
    .replace(/^([a-z0-9-]+)-admin\.(okta|oktapreview|okta-emea|okta-gov|trexcloud)\.(com|mil)$/, "$1.$2.$3");
  return /^[a-z0-9][a-z0-9-]*$/.test(host) && host !== "localhost" ? `${host}.okta.com` : host;
}

/** What a connection is called if nobody says otherwise. */
export function nameFor(domain: string): string {
  const host = hostTyped(domain);
  return host ? `Okta (${host})` : "Okta";
}

export type Phase = OktaSetup["steps"][number]["phase"];

const phases: Record<Phase, string> = {
  look: "Look at the org and the token",
  key: "Make a key pair",
  app: "Make the app",
  scopes: "Grant its scopes",
  roles: "Give it its role",
  token: "Sign in as the app",
  see: "Look what it sees",
  keep: "Keep the connection",
  undo: "Take back what was made",
  wait: "Wait for Okta's rate limit",
};

export function phaseTitle(p: Phase): string {
  return phases[p];
}

/** A part of a setup, with the last that was told of it. */
export type Stage = { phase: Phase; text: string; at: string };

/** The parts of a setup that were begun, each once where its steps follow one another. A wait belongs to what waits. */
export function stages(steps: OktaSetup["steps"]): Stage[] {
  const out: Stage[] = [];
  for (const s of steps) {
    const last = out.at(-1);
    if (last && (s.phase === last.phase || s.phase === "wait")) last.text = s.text;
    else out.push({ ...s });
  }
  return out;
}

/** How many parts a setup has that goes well. */
export function stagesInAll(apps: number): number {
  return 2 + 6 * apps;
}
