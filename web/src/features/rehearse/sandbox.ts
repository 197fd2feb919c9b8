// What the sandbox says, read with care: its answers are not part of our API's
// description.
import { send } from "../../api/client.ts";

export type Scenario = { name: string; title: string; happens: string; expect: string; techniques: string[] };
export type Person = {
  id: string;
  login: string;
  name: string;
  status: string;
  sessions?: number;
  oauthTokens?: number;
  passwordChanged?: string;
  factors?: number;
  groups: string[];
  adminRoles: string[];
  risk?: string;
};
export type Report = {
  scenario: string;
  title: string;
  user: { id: string; login: string };
  events: { uuid: string; type: string; published?: string }[];
  started: string;
  note: string;
};
export type Message = { key: string; where: string; who: string; text: string; time: string };

type Fields = Record<string, unknown>;

const fields = (v: unknown): Fields => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Fields) : {});
const text = (v: unknown): string => (typeof v === "string" ? v : "");
const texts = (v: unknown): string[] => (Array.isArray(v) ? v.filter((x) => typeof x === "string") : []);
const number = (v: unknown): number | undefined => (typeof v === "number" ? v : undefined);

/** A list, or the first list in an object. */
function list(v: unknown): unknown[] {
  if (Array.isArray(v)) return v;
  return Object.values(fields(v)).find(Array.isArray) ?? [];
}

export async function ask(
  path: string,
  init: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<unknown> {
  const answer = await send(init.method ?? "get", `/api/v1/rehearsal${path}`, {
    signal: init.signal,
    ...(init.body === undefined
      ? {}
      : { body: JSON.stringify(init.body), headers: { "Content-Type": "application/json" } }),
  });
  return fields(await answer.json()).answer;
}

export function scenariosOf(v: unknown): Scenario[] {
  return list(v).map((s) => {
    const f = fields(s);
    return {
      name: text(f.name),
      title: text(f.title) || text(f.name),
      happens: text(f.happens),
      expect: text(f.expect),
      techniques: texts(f.techniques),
    };
  });
}

export function personOf(v: unknown): Person {
  const f = fields(v);
  return {
    id: text(f.id),
    login: text(f.login),
    name: text(f.name) || text(f.login),
    status: text(f.status),
    sessions: number(f.sessions),
    oauthTokens: number(f.oauth_tokens),
    passwordChanged: Number.isNaN(Date.parse(text(f.password_changed))) ? undefined : text(f.password_changed),
    factors: number(f.factors),
    groups: texts(f.groups),
    adminRoles: texts(f.admin_roles),
    risk: text(f.risk) || undefined,
  };
}

export function peopleOf(v: unknown): Person[] {
  return list(v).map(personOf);
}

/** Somebody to whom most things can happen: active, signed in, no administrator. */
export function suitable(people: Person[]): Person | undefined {
  return people.find((p) => p.status === "ACTIVE" && (p.sessions ?? 0) > 0 && p.adminRoles.length === 0);
}

export function reportOf(v: unknown): Report {
  const f = fields(v);
  const user = fields(f.user);
  return {
    scenario: text(f.scenario),
    title: text(f.title),
    user: { id: text(user.id), login: text(user.login) },
    events: list(f.events).map((e) => ({
      uuid: text(fields(e).uuid),
      type: text(fields(e).type),
      published: text(fields(e).published) || undefined,
    })),
    started: text(f.started),
    note: text(f.note),
  };
}

/** Messages of Slack, Teams or the mailbox that came since a time, the oldest first. */
export function messagesOf(service: "slack" | "teams" | "mail", v: unknown, since: number): Message[] {
  return list(v)
    .map((m, i) => messageOf(service, fields(m), i))
    .filter((m) => Date.parse(m.time) >= since)
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

function messageOf(service: "slack" | "teams" | "mail", f: Fields, i: number): Message {
  const time = text(f.time);
  switch (service) {
    case "slack":
      return {
        key: `slack ${text(f.channel)} ${text(f.ts)}`,
        where: `#${text(f.channel_name) || text(f.channel)}`,
        who: text(f.username),
        text: text(f.text),
        time,
      };
    case "teams":
      return { key: `teams ${i} ${time}`, where: "Teams", who: "", text: text(f.text), time };
    case "mail":
      return {
        key: `mail ${String(f.id ?? i)}`,
        where: texts(f.to).join(", "),
        who: text(f.from),
        text: [text(f.subject), text(f.text)].filter(Boolean).join("\n"),
        time,
      };
  }
}

export type Difference = { name: string; before: string; after: string; changed: boolean };

/** A person before and after, line by line. */
export function differences(before: Person | undefined, after: Person): Difference[] {
  const line = (name: string, of: (p: Person) => string): Difference => {
    const [b, a] = [before ? of(before) : "", of(after)];
    return { name, before: b, after: a, changed: before !== undefined && a !== b };
  };
  const some = (n: number | undefined) => (n === undefined ? "" : String(n));
  return [
    line("Status", (p) => p.status),
    line("Open sessions", (p) => some(p.sessions)),
    line("OAuth tokens", (p) => some(p.oauthTokens)),
    line("Password changed", (p) => p.passwordChanged ?? ""),
    line("Factors", (p) => some(p.factors)),
    line("Groups", (p) => p.groups.join(", ")),
    line("Admin roles", (p) => p.adminRoles.join(", ")),
    line("Risk", (p) => p.risk ?? ""),
  ].filter((d) => d.before !== "" || d.after !== "");
}
