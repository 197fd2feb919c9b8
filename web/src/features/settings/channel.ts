// Channels of notifications: what one tells, where, and how that goes.
import type { components } from "../../api/schema.gen.ts";

export type Channel = components["schemas"]["Channel"];
export type ChannelBody = components["schemas"]["ChannelBody"];
export type Notice = components["schemas"]["ChannelNotice"];
export type Moment = ChannelBody["moments"][number];

export type Findings = NonNullable<ChannelBody["findings"]>;
export type FindingMoment = Findings["moments"][number];

/** The connectors that can tell people. */
export const carriers = ["slack", "teams", "mail", "http"];

export const moments: Record<Moment, { when: string; did: string }> = {
  opened: { when: "An alert is opened", did: "opened" },
  escalated: { when: "It becomes more severe", did: "became more severe" },
  overdue: { when: "It is overdue", did: "overdue" },
  closed: { when: "It is closed", did: "closed" },
  judged: { when: "A judgement changes findings", did: "found by a judgement" },
  expiring: { when: "An exception ends soon", did: "exceptions that end soon" },
  asked: { when: "A plan waits for approval", did: "waits for approval" },
  answered: { when: "A plan waits no more", did: "is answered: its message was changed" },
};

/** The moments of alerts, of which a channel tells of some. */
export const alertMoments: Moment[] = ["opened", "escalated", "overdue", "closed"];

/** The moments of findings. */
export const findingMoments: Record<FindingMoment, string> = {
  opened: "A finding is opened",
  reopened: "It comes again, or its exception is over",
  closed: "It is closed",
  expiring: "Its exception ends within a week",
};

/** What a channel tells of findings, in words. */
export function findingWords(f: Findings): string {
  const only = [
    f.severity && (f.severity === "critical" ? "critical" : `${f.severity} or graver`),
    ...(f.profiles ?? []),
    ...(f.categories ?? []),
    ...(f.checks ?? []),
  ].filter(Boolean);
  const when = f.moments.join(", ");
  return only.length > 0 ? `${when}: ${only.join(", ")}` : when;
}

/** What a channel begins with that is to tell of findings. */
export const firstFindings: Findings = { moments: ["opened", "reopened", "expiring"], severity: "high" };

type Place = { label: string; help: string; placeholder: string };

/** Where in a connection one writes to; a webhook of Teams has its own place. */
export const places: Record<string, Place | undefined> = {
  slack: { label: "Channel", help: "Its name or ID. Invite the app to it.", placeholder: "#security" },
  mail: { label: "Addresses", help: "With commas between them.", placeholder: "soc@acme.com" },
  http: {
    label: "URL",
    help: "Whole, or a path below the connection's. A connection that signs bodies lets its receiver check where it comes from.",
    placeholder: "/alerts",
  },
};

/** The places in what somebody typed. */
export function typedPlaces(text: string): string[] {
  return text
    .split(",")
    .map((t) => t.trim())
    .filter(Boolean);
}

/** What is wrong with what was typed as the place, once something is. */
export function placeProblem(connector: string, text: string): string | undefined {
  const list = typedPlaces(text);
  if (list.length === 0) return undefined;
  if (connector === "mail") {
    const bad = list.find((t) => !/^[^\s@]+@[^\s@]+$/.test(t));
    return bad && `${bad} is no mail address.`;
  }
  if (list.length > 1) return connector === "slack" ? "One channel. Make another for the others." : "One URL.";
  if (connector === "slack" && !/^(#\S+|[A-Z0-9]{6,})$/.test(list[0] ?? ""))
    return "A name with #, or an ID such as C024BE91L.";
  return undefined;
}

/** What a channel is made of, to be changed; of none, what most would choose. */
export function bodyOf(c?: Channel): ChannelBody {
  if (!c) {
    return { name: "", connection: "", to: [], severity: "medium", moments: ["opened", "escalated"], enabled: true };
  }
  return {
    name: c.name,
    connection: c.connection.id,
    to: c.to,
    severity: c.severity,
    types: c.types,
    rules: c.rules.map((r) => r.id),
    moments: c.moments,
    findings: c.findings,
    approvals: c.approvals,
    quiet: c.quiet,
    enabled: c.enabled,
  };
}

/** Where a channel writes to, in words. */
export function placeOf(c: Channel): string {
  return [c.connection.name || "a connection that was deleted", ...c.to].join(", ");
}

/** A list with something in it, or without it. */
export function toggled<T>(items: T[], item: T, on: boolean): T[] {
  return on ? [...items, item] : items.filter((i) => i !== item);
}
