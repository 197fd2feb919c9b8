// The Suspicious Activity flow, card by card, as somebody builds it by hand; and
// what a flow means, whatever its names.
const sessions = "steps.clear_sessions";
const password = "steps.reset_password";

const columns = [
  ["Date and time", "date"],
  ["Name", "text"],
  ["Email", "text"],
  ["User ID", "text"],
  ["Suspicious activity details", "text"],
  ["Full details", "text"],
  ["System Log URL", "text"],
];

const details =
  "{{ event.debugContext.debugData.suspiciousActivityEventType }} from {{ event.debugContext.debugData.suspiciousActivityEventIp }} " +
  "({{ event.debugContext.debugData.suspiciousActivityEventCity }}, {{ event.debugContext.debugData.suspiciousActivityEventCountry }}) with " +
  "{{ event.debugContext.debugData.suspiciousActivityBrowser }} on {{ event.debugContext.debugData.suspiciousActivityOs }} " +
  "at {{ event.debugContext.debugData.suspiciousActivityTimestamp }}";

/** The cards in the order in which they are made. `in` is the card and lane that they stand in. */
export const suspicious = {
  event: "user.account.report_suspicious_activity_by_enduser",
  table: { title: "Suspicious activity reports", columns },
  options: [
    { name: "revoke_oauth_tokens", type: "boolean", value: "false" },
    { name: "channel", type: "text", value: "#security" },
  ],
  cards: [
    {
      item: "Clear user sessions",
      id: "clear_sessions",
      fields: [
        { name: "User", pick: "actor id", drag: "event.actor.id", row: "user" },
        { name: "Revoke OAuth tokens", choice: "{{ options.revoke_oauth_tokens }}" },
      ],
      goesOn: true,
    },
    {
      item: "Reset password",
      id: "reset_password",
      fields: [
        { name: "User", pick: "actor id", drag: "event.actor.id", row: "user" },
        { name: "Send email", select: "Yes" },
      ],
      goesOn: true,
    },
    {
      item: "Compose",
      id: "link",
      fields: [{ name: "text", text: "{{ connections.okta.admin_url }}/report/system_log_2?search={{ event.uuid }}" }],
    },
    { item: "Compose", id: "details", fields: [{ name: "text", text: details }] },
    {
      item: "Create row",
      id: "record",
      table: true,
      fields: [
        { name: "Date and time", text: "{{ event.published }}" },
        { name: "Name", text: "{{ event.actor.displayName }}" },
        { name: "Email", text: "{{ event.actor.alternateId }}" },
        { name: "User ID", text: "{{ event.actor.id }}" },
        { name: "Suspicious activity details", text: "{{ details.text }}" },
        { name: "Full details", text: "{{ event }}" },
        { name: "System Log URL", text: "{{ link.text }}" },
      ],
      goesOn: true,
    },
    {
      item: "If",
      id: "outcome",
      fields: [{ name: "If", text: `${sessions}.state == 'refused' && ${password}.state == 'refused'` }],
    },
    {
      in: ["outcome", "then"],
      item: "Compose",
      id: "protected",
      fields: [{ name: "text", text: `Nothing was changed in Okta: {{ ${sessions}.reason }}. Look into it by hand.` }],
    },
    {
      in: ["outcome", "else"],
      item: "If",
      id: "measures",
      fields: [{ name: "If", text: `${sessions}.state in ['done', 'dry_run'] && ${password}.state in ['done', 'dry_run']` }],
    },
    {
      in: ["measures", "then"],
      item: "Compose",
      id: "contained",
      fields: [
        {
          name: "text",
          text: "Their sessions were cleared and their password was reset; they have a mail to choose a new one.",
        },
      ],
    },
    {
      in: ["measures", "else"],
      item: "Compose",
      id: "open",
      fields: [
        {
          name: "text",
          text:
            `NOT CONTAINED.\nClear sessions: {{ ${sessions}.state }}. {{ ${sessions}.error }}{{ ${sessions}.reason }}\n` +
            `Reset password: {{ ${password}.state }}. {{ ${password}.error }}{{ ${password}.reason }}`,
        },
      ],
    },
    {
      item: "Send message to channel",
      of: "Slack",
      after: "outcome",
      id: "tell",
      fields: [
        { name: "Channel", text: "{{ options.channel }}" },
        {
          name: "Text",
          text:
            "{{ event.actor.displayName }} ({{ event.actor.alternateId }}) reported suspicious activity on their Okta account.\n" +
            "{{ outcome.text }}\nReported: {{ details.text }}\nSystem Log: {{ link.text }}",
        },
      ],
      goesOn: true,
      before: [
        { card: "measures", output: "text", then: "{{ contained.text }}", else: "{{ open.text }}" },
        { card: "outcome", output: "text", then: "{{ protected.text }}", else: "{{ measures.text }}" },
      ],
    },
    {
      item: "Fail",
      id: "not_contained",
      fields: [{ name: "Reason", text: "{{ outcome.text }}" }],
      when: `${sessions}.state in ['failed', 'unknown'] || ${password}.state in ['failed', 'unknown']`,
    },
    {
      item: "Fail",
      id: "not_told",
      fields: [{ name: "Reason", text: "Nobody was told: {{ steps.tell.error }}" }],
      when: "steps.tell.state == 'failed'",
    },
  ],
};

/** Builds it with somebody's hands, from the list of flows until it is switched on. */
export async function built(hands, title) {
  await hands.begin(title);
  await hands.trigger(suspicious.event);
  for (const o of suspicious.options) await hands.option(o);
  for (const c of suspicious.cards) {
    for (const g of c.before ?? []) await hands.gives(g);
    await hands.add(c, suspicious.table);
  }
  await hands.publish("The first version");
  await hands.switchOn(title);
}

/** What a definition means: without titles, lines and the names of slots. */
export function meaning(def) {
  const value = (e) => (typeof e?.value === "string" ? e.value.replace(/\s+/g, " ") : e?.value);
  const card = (c) => ({
    ...(/^card_\d+$/.test(c.id) || /^not_/.test(c.id) ? {} : { id: c.id }),
    kind: c.kind,
    use: c.use?.replace(/^chat\./, "slack."),
    inputs: Object.fromEntries((c.inputs ?? []).map((i) => [i.name, value(i.value)])),
    if: c.if?.cel,
    onError: c.onError,
    reason: value(c.reason),
    gives: (c.gives ?? []).map((g) => [g.name, value(g.then), value(g.else)]),
    then: (c.then ?? []).map(card),
    else: (c.else ?? []).map(card),
  });
  return JSON.parse(
    JSON.stringify({
      trigger: { kind: def.trigger.kind, events: def.trigger.events },
      columns: def.tables.map((t) => t.columns.map((c) => [c.name, c.type])),
      options: def.options.map((o) => [o.name, o.type, o.default]),
      cards: def.cards.map(card),
    }),
  );
}
