import type { components } from "../../api/schema.gen.ts";

type Source = components["schemas"]["Source"];

export type Method = "poll" | "hook" | "stream" | "file";

type Way = { id: Method; title: string; text: string };

/** The ways in which a source gets its events, as people choose them. */
export function methodsOf(kind: Source["kind"]): Way[] {
  return kind === "auth0" ? auth0Methods : methods;
}

const auth0Methods: Way[] = [
  {
    id: "poll",
    title: "Poll the tenant's log",
    text: "Gets every entry, a few seconds after it was logged, and goes on where it stopped. The one to have.",
  },
  {
    id: "hook",
    title: "Log stream",
    text: "Auth0 sends entries at once to a custom webhook. Together with polling nothing is missed; what comes twice counts once.",
  },
  {
    id: "stream",
    title: "Splunk log stream",
    text: "Takes what Auth0, or a forwarder, sends to Splunk's HTTP Event Collector.",
  },
  {
    id: "file",
    title: "Files",
    text: "Takes exports of the log, for history. They start nothing unless you say so.",
  },
];

const methods: Way[] = [
  {
    id: "poll",
    title: "Poll the System Log",
    text: "Gets every event, a few seconds after it happened, and goes on where it stopped. The one to have.",
  },
  {
    id: "hook",
    title: "Event hook",
    text: "Okta sends some types of events at once. Together with polling nothing is missed; what comes twice counts once.",
  },
  {
    id: "stream",
    title: "Log stream",
    text: "Takes what Okta, or a forwarder, sends to Splunk's HTTP Event Collector.",
  },
  {
    id: "file",
    title: "Files",
    text: "Takes exports of the System Log, for history. They start nothing unless you say so.",
  },
];

const short: Record<Source["kind"], Record<Method, string>> = {
  okta: { poll: "Poll", hook: "Event hook", stream: "Log stream", file: "Files" },
  auth0: { poll: "Poll", hook: "Log stream", stream: "Splunk log stream", file: "Files" },
};

/** What systems a source may speak of. */
export const kinds: { value: Source["kind"]; label: string }[] = [
  { value: "okta", label: "Okta" },
  { value: "auth0", label: "Auth0" },
];

/** What a source looks at, in words. */
export function placeOf(kind: Source["kind"]): string {
  return kind === "auth0" ? "Auth0 tenant" : "Okta org";
}

/** By which ways a source gets its events. */
export function waysOf(s: Source): Method[] {
  return methods.map((m) => m.id).filter((m) => (m === "poll" || m === "file" ? s[m] : s[m] !== undefined));
}

/** The same in words. */
export function howOf(s: Source): string {
  return waysOf(s)
    .map((m) => short[s.kind][m])
    .join(" + ");
}

/** Whether its org or tenant can be looked at, or wants to be. */
export function wantsOrg(chosen: ReadonlySet<Method>, kind: Source["kind"] = "okta"): boolean {
  return chosen.has("poll") || (chosen.has("hook") && kind === "okta");
}

export const categories: { value: Source["category"]; label: string }[] = [
  { value: "identity", label: "Identity" },
  { value: "cloud", label: "Cloud" },
  { value: "endpoint", label: "Endpoint" },
  { value: "network", label: "Network" },
  { value: "email", label: "Email" },
  { value: "other", label: "Other" },
];

export function categoryOf(s: Source): string {
  return categories.find((c) => c.value === s.category)?.label ?? s.category;
}
