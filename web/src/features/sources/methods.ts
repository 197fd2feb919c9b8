import type { components } from "../../api/schema.gen.ts";

type Source = components["schemas"]["Source"];

export type Method = "poll" | "hook" | "stream" | "file";

/** The ways in which a source gets its events, as people choose them. */
export const methods: { id: Method; title: string; text: string }[] = [
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

const short: Record<Method, string> = { poll: "Poll", hook: "Event hook", stream: "Log stream", file: "Files" };

/** By which ways a source gets its events. */
export function waysOf(s: Source): Method[] {
  return methods.map((m) => m.id).filter((m) => (m === "poll" || m === "file" ? s[m] : s[m] !== undefined));
}

/** The same in words. */
export function howOf(s: Source): string {
  return waysOf(s)
    .map((m) => short[m])
    .join(" + ");
}

/** Whether its Okta org can be looked at, or wants to be. */
export function wantsOrg(chosen: ReadonlySet<Method>): boolean {
  return chosen.has("poll") || chosen.has("hook");
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
