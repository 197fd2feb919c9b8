// What a rehearsal shows of the simulated org, as texts that can be compared.
import { call } from "../../api/client.ts";
import type { components } from "../../api/schema.gen.ts";

export type Person = components["schemas"]["SandboxUser"];
export type Report = components["schemas"]["ScenarioReport"];
type Slack = components["schemas"]["SlackMessage"];
type Teams = components["schemas"]["TeamsMessage"];
type Mail = components["schemas"]["MailMessage"];

/** A scenario that was set off, and what there was before it. */
export type Performance = {
  report: Report;
  before?: Person;
  /** Keys of the messages that were there before. */
  known: ReadonlySet<string>;
  pressed: number;
};

/** Somebody to whom most things can happen: active, signed in, no administrator. */
export function suitable(people: Person[]): Person | undefined {
  return people.find((p) => p.status === "ACTIVE" && p.sessions > 0 && p.adminRoles.length === 0);
}

export type Message = { key: string; kind: "chat" | "mail"; where: string; text: string; time: string };

/** Everything in the simulated Slack, Teams and mailbox, the oldest first. */
export async function readMessages(signal?: AbortSignal): Promise<Message[]> {
  const [slack, teams, mail] = await Promise.all([
    call("get", "/api/v1/rehearsal/slack", { signal }),
    call("get", "/api/v1/rehearsal/teams", { signal }),
    call("get", "/api/v1/rehearsal/mail", { signal }),
  ]);
  return messagesOf(slack, teams, mail);
}

/** What arrived, the oldest first. */
export function messagesOf(slack: Slack[], teams: Teams[], mail: Mail[]): Message[] {
  const all: Message[] = [
    ...slack
      .filter((m) => !m.deleted)
      .map((m) => said(`slack ${m.channel} ${m.ts}`, `#${m.channelName}`, m.text, m.time)),
    ...teams.filter((m) => m.delivered).map((m) => said(`teams ${m.time}`, "Teams", m.text, m.time)),
    ...mail.map((m) => ({
      key: `mail ${m.id}`,
      kind: "mail" as const,
      where: m.to.join(", "),
      text: [m.subject, m.text].filter(Boolean).join("\n"),
      time: m.time,
    })),
  ];
  return all.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

function said(key: string, where: string, text: string, time: string): Message {
  return { key, kind: "chat", where, text, time };
}

export type Difference = { name: string; before: string; after: string; changed: boolean };

/** A person before and after, line by line. */
export function differences(before: Person | undefined, after: Person): Difference[] {
  const line = (name: string, of: (p: Person) => string): Difference => {
    const [b, a] = [before ? of(before) : "", of(after)];
    return { name, before: b, after: a, changed: before !== undefined && a !== b };
  };
  return [
    line("Status", (p) => p.status),
    line("Open sessions", (p) => String(p.sessions)),
    line("OAuth tokens", (p) => String(p.oauthTokens)),
    line("Password changed", (p) => p.passwordChanged ?? ""),
    line("Factors", (p) => String(p.factors)),
    line("Groups", (p) => p.groups.join(", ")),
    line("Admin roles", (p) => p.adminRoles.join(", ")),
    line("Risk", (p) => p.risk ?? ""),
  ].filter((d) => d.before !== "" || d.after !== "");
}
