// What a new file of rules begins with: an example of each language that works as it stands.

export type Language = "sigma" | "correlation" | "okta_filter";

export type Start = { language: Language; label: string; what: string; title: string; text: string; cases: string };

const head = (title: string, more: string) => `title: ${title}
# Alerts, exceptions and switches hang on the id: it must never change.
id: $id
status: experimental
date: $date
${more}`;

const sigma = `${head(
  "Somebody outside the team creates an API token",
  `description: An API token is created by somebody who is not on the list.
# What ATT&CK calls it; the Coverage page counts by these.
tags: [attack.persistence, attack.t1098.001]
`,
)}logsource: { product: okta, service: okta }
detection:
  # A search: all of these hold of one event. A list means one of its values.
  created:
    eventType: system.api_token.create
    outcome.result: SUCCESS
  # What is left out again. Put your own people here.
  team:
    actor.alternateId:
      - ada@example.com
      - grace@example.com
  condition: created and not team
falsepositives:
  - Somebody new on the team who is not on the list yet.
level: medium
sallyport:
  why: A token works without a password and without a second factor, for as long as it is used.
  # Whom an alert is about: the first of these that the event has.
  entity: actor
  # Hits about one entity within this time are one alert.
  window: 1h
  response:
    - Ask whoever created it what it is for.
    - Revoke it where nobody knows.
`;

const sigmaCases = `# The event that each case is made from.
given:
  eventType: system.api_token.create
  actor: { id: 00u1, type: User, alternateId: eve@example.com }
  outcome: { result: SUCCESS }
cases:
  - { name: somebody else, fires: true, about: eve@example.com }
  # A good quiet case differs in one thing, which is its name.
  - { name: one of the team, fires: false, with: { actor.alternateId: ada@example.com } }
  - { name: a try that failed, fires: false, with: { outcome.result: FAILURE } }
`;

const correlation = `${head(
  "Somebody signs in from three countries within a day",
  `description: One account signs in successfully from three countries or more within a day.
tags: [attack.initial-access, attack.t1078.004]
`,
)}correlation:
  # event_count counts events; value_count counts different values of a field.
  type: value_count
  # Which rules feed it: by name in this file, or by name or id in any other.
  rules: [signed_in]
  group-by: [actor.id]
  timespan: 24h
  condition: { field: client.geographicalContext.country, gte: 3 }
falsepositives:
  - Somebody who travels, or who switches the exit of a VPN.
level: medium
sallyport:
  why: Nobody is in three countries in a day for long; somebody else may have the account, too.
  entity: actor
  window: 24h
  response:
    - Look which of the sign-ins came from a device that they use.
    - Clear their sessions and reset the password where one did not.
---
# It only feeds the correlation above: it makes no alerts of its own.
title: A sign-in that went well
name: signed_in
logsource: { product: okta, service: okta }
detection:
  selection:
    eventType: user.session.start
    outcome.result: SUCCESS
  condition: selection
`;

const correlationCases = `given:
  eventType: user.session.start
  actor: { id: 00u1, type: User, alternateId: ada@example.com }
  outcome: { result: SUCCESS }
cases:
  # {n} is the number of the event: three events from three countries, two hours apart.
  - { name: three countries, fires: true, about: ada@example.com, events: [{ times: 3, every: 2h, client.geographicalContext.country: "Country {n}" }] }
  - { name: two countries, fires: false, events: [{ times: 2, every: 2h, client.geographicalContext.country: "Country {n}" }] }
  - { name: three in three days, fires: false, events: [{ times: 3, every: 30h, client.geographicalContext.country: "Country {n}" }] }
  - { name: three people, fires: false, events: [{ times: 3, every: 2h, actor.id: "00u{n}", client.geographicalContext.country: "Country {n}" }] }
`;

const filter = `${head(
  "A script signs in with a password",
  `description: A sign-in that went well comes from a library for scripts, not from a browser.
tags: [attack.initial-access, attack.t1078.004]
`,
)}logsource: { product: okta, service: okta }
falsepositives:
  - A test of your own that signs in.
level: medium
sallyport:
  # The language of filter= in Okta's System Log API, and of the search for events.
  filter: >-
    eventType eq "user.session.start" and outcome.result eq "SUCCESS"
    and (client.userAgent.rawUserAgent co "python-requests" or client.userAgent.rawUserAgent sw "curl/")
  why: People use browsers and apps. A script that has the right password was often given it by somebody else.
  entity: actor, ip
  window: 6h
  response:
    - Ask them whether they have a script that signs in.
    - Reset the password and clear the sessions where they have none.
`;

const filterCases = `given:
  eventType: user.session.start
  actor: { id: 00u1, type: User, alternateId: ada@example.com }
  client: { userAgent: { rawUserAgent: "python-requests/2.32" } }
  outcome: { result: SUCCESS }
cases:
  - { name: a script, fires: true, about: ada@example.com }
  - { name: a browser, fires: false, with: { client.userAgent.rawUserAgent: Mozilla/5.0 } }
  - { name: a wrong password, fires: false, with: { outcome.result: FAILURE } }
`;

export const starts: Start[] = [
  {
    language: "sigma",
    label: "Sigma rule",
    what: "Finds single events by their fields. Most rules are one.",
    title: "Somebody outside the team creates an API token",
    text: sigma,
    cases: sigmaCases,
  },
  {
    language: "correlation",
    label: "Sigma correlation",
    what: "Counts events, values or other rules within a time.",
    title: "Somebody signs in from three countries within a day",
    text: correlation,
    cases: correlationCases,
  },
  {
    language: "okta_filter",
    label: "Okta filter",
    what: "A filter of Okta's System Log, as in the search for events.",
    title: "A script signs in with a password",
    text: filter,
    cases: filterCases,
  },
];

/** An example with an id of its own, and the day. */
export function begun(start: Start, id: string, day: string): string {
  return start.text.replace("$id", id).replace("$date", day);
}

/** A random UUID. The browser's own function is not there where a console is served without TLS. */
export function randomId(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The text with another title for its first rule. */
export function withTitle(text: string, title: string): string {
  const plain =
    /^[\p{L}\p{N}][\p{L}\p{N} ,./()'’-]*$/u.test(title) && !/^(true|false|null|yes|no|on|off|[\d.]+)$/i.test(title);
  const line = `title: ${plain ? title : JSON.stringify(title)}`;
  return /^title:.*$/m.test(text) ? text.replace(/^title:.*$/m, () => line) : `${line}\n${text}`;
}

/** A name for a file, made of a title, that none has yet. */
export function slugOf(title: string, taken: ReadonlySet<string>): string {
  const base =
    title
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+/, "")
      .slice(0, 56)
      .replace(/_+$/, "") || "rule";
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
  return name;
}
