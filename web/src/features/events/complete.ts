// What can follow in a filter at the place where one types.

type Suggestion = { text: string; detail?: string };

export type Completion = {
  /** The part of the filter that a suggestion takes the place of. */
  from: number;
  to: number;
  list: Suggestion[];
};

/** The fields that people filter by, and what they are. */
const fields: Suggestion[] = [
  { text: "eventType", detail: "user.session.start …" },
  { text: "actor.alternateId", detail: "login of who acted" },
  { text: "actor.id", detail: "id of who acted" },
  { text: "actor.type", detail: "User, SystemPrincipal …" },
  { text: "actor.displayName", detail: "name of who acted" },
  { text: "target.alternateId", detail: "login or name of what was acted on" },
  { text: "target.id", detail: "id of what was acted on" },
  { text: "target.type", detail: "User, AppInstance, UserGroup …" },
  { text: "target.displayName", detail: "name of what was acted on" },
  { text: "client.ipAddress", detail: "where it came from" },
  { text: "client.geographicalContext.country", detail: "of the address" },
  { text: "client.geographicalContext.city", detail: "of the address" },
  { text: "client.userAgent.browser", detail: "CHROME, SAFARI …" },
  { text: "client.userAgent.os", detail: "Windows 10, iOS …" },
  { text: "client.userAgent.rawUserAgent" },
  { text: "client.device", detail: "Computer, Mobile …" },
  { text: "client.zone", detail: "network zone" },
  { text: "outcome.result", detail: "SUCCESS, FAILURE, DENY …" },
  { text: "outcome.reason", detail: "why it failed" },
  { text: "severity", detail: "DEBUG, INFO, WARN, ERROR" },
  { text: "displayMessage", detail: "what the event says" },
  { text: "securityContext.isProxy", detail: "true or false" },
  { text: "securityContext.asOrg", detail: "network operator" },
  { text: "securityContext.asNumber" },
  { text: "securityContext.isp" },
  { text: "transaction.id", detail: "of one request" },
  { text: "authenticationContext.externalSessionId", detail: "Okta session" },
  { text: "authenticationContext.rootSessionId" },
  { text: "debugContext.debugData.requestUri" },
  { text: "debugContext.debugData.dtHash", detail: "device token" },
  { text: "debugContext.debugData.deviceFingerprint" },
  { text: "debugContext.debugData.behaviors" },
  { text: "debugContext.debugData.risk" },
  { text: "debugContext.debugData.threatSuspected" },
  { text: "device.id" },
  { text: "device.name" },
  { text: "legacyEventType" },
  { text: "uuid" },
  { text: "data.type", detail: "Auth0: fp, sapi …" },
  { text: "data.description", detail: "Auth0: what the entry says" },
  { text: "data.client_name", detail: "Auth0: application" },
  { text: "data.connection", detail: "Auth0: connection" },
  { text: "data.hostname", detail: "Auth0: domain that was asked" },
  { text: "data.details.request.path", detail: "Auth0: call of its API" },
];

const operators: Suggestion[] = [
  { text: "eq", detail: "is" },
  { text: "ne", detail: "is not" },
  { text: "co", detail: "contains" },
  { text: "sw", detail: "starts with" },
  { text: "ew", detail: "ends with" },
  { text: "in", detail: 'one of a list: ["a", "b"]' },
  { text: "pr", detail: "is present" },
  { text: "gt", detail: "greater than" },
  { text: "ge", detail: "greater or the same" },
  { text: "lt", detail: "less than" },
  { text: "le", detail: "less or the same" },
];

const joins: Suggestion[] = [
  { text: "and", detail: "both hold" },
  { text: "or", detail: "one of both holds" },
];

const known: Record<string, string[]> = {
  severity: ["DEBUG", "INFO", "WARN", "ERROR"],
  "outcome.result": ["SUCCESS", "FAILURE", "DENY", "ALLOW", "CHALLENGE", "SKIPPED", "UNKNOWN"],
  "securityContext.isProxy": ["true", "false"],
  "actor.type": ["User", "SystemPrincipal", "PublicClientApp", "ClientAppInstance"],
  "target.type": ["User", "AppUser", "AppInstance", "UserGroup", "PolicyEntity", "AuthenticatorEnrollment"],
};

type Token = { text: string; from: number; to: number };

function tokens(text: string): Token[] {
  const out: Token[] = [];
  for (const m of text.matchAll(/"(?:\\.|[^"\\])*"?|[()[\],]|[^\s()[\],"]+/g)) {
    out.push({ text: m[0], from: m.index, to: m.index + m[0].length });
  }
  return out;
}

const isOperator = (t: string) => operators.some((o) => o.text === t.toLowerCase());
const isWord = (t: Token | undefined, ...words: string[]) => t !== undefined && words.includes(t.text.toLowerCase());

/**
 * Completes a filter at the caret. values are those of the fields in the events
 * that are shown, by field.
 */
export function complete(text: string, caret: number, values: Record<string, string[]>): Completion {
  const all = tokens(text.slice(0, caret));
  const last = all.at(-1);
  const open = last !== undefined && last.to === caret && !/^[()[\],]$/.test(last.text) && !closed(last.text);
  const under = open ? last : undefined;
  const before = open ? all.slice(0, -1) : all;
  const typed = (under?.text ?? "").replace(/^"/, "").toLowerCase();
  const fits = (list: Suggestion[]) => {
    const found = list.filter((s) => s.text.toLowerCase().includes(typed) && s.text.toLowerCase() !== typed);
    return found.sort((a, b) => Number(starts(b, typed)) - Number(starts(a, typed))).slice(0, 12);
  };
  return { from: under?.from ?? caret, to: under?.to ?? caret, list: fits(expected(before, values)) };
}

function starts(s: Suggestion, typed: string): boolean {
  return s.text.toLowerCase().replace(/^"/, "").startsWith(typed);
}

function closed(text: string): boolean {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') && !text.endsWith('\\"');
}

/** What may come after some tokens. */
function expected(before: Token[], values: Record<string, string[]>): Suggestion[] {
  const [c, b, a] = [before.at(-1), before.at(-2), before.at(-3)];
  if (!c || isWord(c, "and", "or", "not") || c.text === "(")
    return [...fields, { text: "not", detail: "the opposite" }];
  const inside = before.findLastIndex((t) => t.text === "[");
  if (inside > before.findLastIndex((t) => t.text === "]")) return valuesOf(before[inside - 2]?.text, values);
  if (isOperator(c.text) && b && !isWord(c, "pr") && !isOperator(b.text)) return valuesOf(b.text, values);
  if (c.text === "]" || c.text === ")" || isWord(c, "pr") || (b && isOperator(b.text) && a)) return joins;
  return operators;
}

function valuesOf(field: string | undefined, values: Record<string, string[]>): Suggestion[] {
  const list = [...(values[field ?? ""] ?? []), ...(known[field ?? ""] ?? [])];
  return [...new Set(list)].filter(Boolean).map((v) => ({ text: JSON.stringify(v) }));
}
