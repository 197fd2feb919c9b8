// A demo that has something to show, and the addresses of all pages in it.
import { api, play, sandbox, signedIn, startDemo, until } from "./demo.mjs";
import { peopled } from "./peopled.mjs";

/** A demo with runs that went well, one that failed, a dry run, and an API token. */
export async function startFilled() {
  const demo = await startDemo();
  try {
    await fill(demo);
  } catch (error) {
    await demo.stop();
    throw error;
  }
  return demo;
}

async function fill(demo) {
  const ended = (n) => until(`${n} runs`, async () => (await runsOf(demo)).filter((r) => r.endedAt).length >= n);
  await play(demo, "report_suspicious_activity");
  await ended(1);
  const refuse = { service: "okta", method: "DELETE", path: "/api/v1/users", kind: "status", status: 403, count: 1 };
  await sandbox(demo, "POST", "/faults", refuse);
  await play(demo, "report_suspicious_activity");
  await ended(2);
  const [source] = await api(demo, "GET", "/sources");
  await api(demo, "POST", `/sources/${source.id}/findings`);
  await play(demo, "mfa_fatigue");
  await play(demo, "admin_role_granted");
  const [flow] = await api(demo, "GET", "/flows");
  const [run] = await runsOf(demo);
  await api(demo, "POST", `/flows/${flow.id}/run`, { event: run.event.uuid, dryRun: true });
  await ended(3);
  await signedIn(demo, "POST", "/tokens", { name: "SIEM export", permissions: ["alerts:read", "events:read"] });
  await triaged(demo);
  await written(demo);
  await told(demo);
  await peopled(demo);
  await looked(demo);
  const query = { filter: 'outcome.result eq "FAILURE"', range: "30d" };
  await signedIn(demo, "POST", "/event-searches", { name: "Failed sign-ins", shared: true, query });
}

/** A rule of one's own, published, and a draft of it in which something is wrong. */
async function written(demo) {
  const { text, cases } = await api(demo, "GET", "/rules/push_bombing/copy");
  const mine = text.replace(/^title:.*/m, "title: Push after push, for us");
  const file = await signedIn(demo, "POST", "/rulefiles", { slug: "our_pushes", text: mine, cases });
  await signedIn(demo, "POST", `/rulefiles/${file.id}/publish`, { note: "From the pack" });
  const next = mine
    .replace("gte: 3", "gte: 5")
    .replace("eventType: user.authentication", "eventTyp: user.authentication");
  await signedIn(demo, "PUT", `/rulefiles/${file.id}/draft`, { text: next, cases });
}

/** The demo's org, read once to its end. */
async function looked(demo) {
  const okta = (await api(demo, "GET", "/connections")).find((c) => c.connector.id === "okta");
  const { id } = await signedIn(demo, "POST", "/tenants", { connection: okta.id });
  const state = async () => (await api(demo, "GET", `/tenants/${id}`)).sync?.state;
  await until("the org is read", async () => (await state()) === "done", 120_000);
  await until("the org is judged", async () => (await api(demo, "GET", `/tenants/${id}/posture`)).run, 60_000);
  await paired(demo);
  await planned(demo, id, okta.id);
}

/** An Auth0 tenant where people of the org have accounts, read once to its end. */
async function paired(demo) {
  const { auth0 } = await sandbox(demo, "GET", "/state");
  const { id: connection } = await signedIn(demo, "POST", "/connections", {
    connector: "auth0",
    name: "Customers",
    auth: "oauth2_client_credentials",
    settings: { base_url: auth0.url, client_id: auth0.client_id },
    secrets: { client_secret: auth0.client_secret },
  });
  const { id } = await signedIn(demo, "POST", "/tenants", { connection });
  const state = async () => (await api(demo, "GET", `/tenants/${id}`)).sync?.state;
  await until("the tenant is read", async () => (await state()) === "done", 60_000);
}

/** A plan that is a draft, one that waits for approval, and something that makes plans by the clock. */
async function planned(demo, tenant, connection) {
  const { items } = await api(demo, "GET", `/tenants/${tenant}/entities?kind=user`);
  const [user] = items;
  const plan = (playbook, more) =>
    signedIn(demo, "POST", "/remedies", {
      playbook,
      connection,
      cause: { kind: "identity", id: user.id },
      objects: [{ id: user.id, name: user.name, ...more }],
    });
  await plan("suspend_user");
  const { items: threats } = await api(demo, "GET", `/tenants/${tenant}/findings?check=THREAT-001&check=THREAT-002`);
  if (threats.length > 0) {
    await signedIn(demo, "POST", "/remedies", {
      playbook: "threat_insight",
      connection,
      cause: { kind: "finding", id: threats[0].id },
      objects: [{ id: "threat_insight", name: "ThreatInsight" }],
    });
  }
  const ran = await plan("deactivate_user");
  await signedIn(demo, "POST", `/remedies/${ran.id}/run`).catch(() => undefined);
  await signedIn(demo, "POST", "/remedy-schedules", {
    title: "Who is not to be active",
    playbook: "dormant_user",
    connection,
    people: "user.status == 'ACTIVE'",
    cron: "0 8 * * 1",
    zone: "Europe/Berlin",
    ceiling: 25,
    approval: true,
    enabled: true,
    graceHours: 72,
  });
}

/** Some alerts worked on, a case of two of them, and a suppression. */
async function triaged(demo) {
  const alerts = await until("alerts", async () => {
    const { items } = await api(demo, "GET", "/alerts?limit=100");
    return items.length >= 3 && items;
  });
  const [first, second, third] = alerts;
  const change = (a, body) => signedIn(demo, "PATCH", `/alerts/${a.id}`, body);
  await change(first, { state: "acknowledged", assignee: "me", comment: "Called them: it was not them." });
  await signedIn(demo, "POST", "/cases", {
    title: "Somebody has an account of ours",
    alerts: [first.id, second.id],
    assignee: "me",
  });
  await change(third, { state: "closed", verdict: "benign", note: "They travel." });
  await signedIn(demo, "POST", "/suppressions", {
    scope: "rule",
    target: third.rule.id,
    where: `entity.id == "${third.entity.id}"`,
    reason: "A scanner of our own",
    expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  });
}

/** Channels of notifications: one that works, one that is quiet now, and one that fails. */
async function told(demo) {
  const connections = await api(demo, "GET", "/connections");
  const of = (kind) => connections.find((c) => c.connector.id === kind)?.id;
  const channel = (name, kind, to, more) =>
    signedIn(demo, "POST", "/channels", {
      name,
      connection: of(kind),
      to,
      severity: "low",
      moments: ["opened", "escalated"],
      enabled: true,
      ...more,
    });
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  await channel("Security, in Slack", "slack", ["#security"]);
  await channel("On call at night", "mail", ["soc@acme.example", "oncall@acme.example"], {
    quiet: { days, from: "00:00", to: "00:00", zone: "Europe/Berlin", critical: true },
  });
  const broken = await channel("A channel nobody made", "slack", ["#no-such-channel"]);
  await signedIn(demo, "POST", `/channels/${broken.id}/test`);
  await play(demo, "password_spray");
  await until("somebody is told", async () =>
    (await api(demo, "GET", "/channels")).some((c) => c.name.startsWith("Security") && c.sentAt),
  );
}

async function runsOf(demo) {
  return (await api(demo, "GET", "/runs")).items;
}

/** Every page by a name, with something in it. */
export async function places(demo) {
  const runs = await runsOf(demo);
  const [flow] = await api(demo, "GET", "/flows");
  const [action] = (await api(demo, "GET", "/actions")).items;
  const [table] = await api(demo, "GET", "/tables");
  const [connection] = await api(demo, "GET", "/connections");
  const [source] = await api(demo, "GET", "/sources");
  const [template] = await api(demo, "GET", "/templates");
  const alerts = (await api(demo, "GET", "/alerts?limit=100")).items;
  const [file] = await api(demo, "GET", "/rulefiles");
  const open = alerts.find((a) => a.state === "open");
  const [ofCase] = (await api(demo, "GET", "/cases")).items;
  const [suppression] = await api(demo, "GET", "/suppressions");
  const channels = await api(demo, "GET", "/channels");
  const failed = runs.find((r) => r.state === "failed");
  const good = runs.find((r) => r.state === "succeeded" && !r.dryRun);
  const dry = runs.find((r) => r.dryRun);
  const [tenant] = await api(demo, "GET", "/tenants?provider=okta");
  const [auth0] = await api(demo, "GET", "/tenants?provider=auth0");
  const pool = `/visibility/${auth0.id}`;
  const [account] = (await api(demo, "GET", `/tenants/${auth0.id}/entities?kind=auth0_user&q=security.lead`)).items;
  const { items: twins } = await api(demo, "GET", `/tenants/${tenant.id}/entities?kind=user&q=security.lead`);
  const org = `/visibility/${tenant.id}`;
  const firstOf = async (kind) => (await api(demo, "GET", `/tenants/${tenant.id}/entities?kind=${kind}`)).items[0];
  const entity = async (kind) => `${org}/${kind}/${(await firstOf(kind)).id}`;
  const ranked = (await api(demo, "GET", `/tenants/${tenant.id}/access/paths?limit=200`)).items;
  const byLength = ranked.toSorted((a, b) => a.path.steps.length - b.path.steps.length).map((r) => r.path.start);
  const [worst, longest] = [ranked.find((r) => r.path.start.kind === "user").path.start, byLength.at(-1)];
  const [found] = (await api(demo, "GET", `/tenants/${tenant.id}/findings?state=open`)).items;
  const remedies = (await api(demo, "GET", "/remedies")).items;
  const waiting = remedies.find((r) => r.state === "waiting") ?? remedies[0];
  const remedy = remedies.find((r) => r !== waiting) ?? waiting;
  return {
    overview: "/",
    alerts: "/alerts",
    "alerts-all": "/alerts?view=all",
    alert: `/alerts/${open.id}`,
    "alert-closed": `/alerts/${alerts.find((a) => a.state === "closed").id}`,
    "alert-respond": `/alerts/${open.id}?do=respond`,
    cases: "/cases",
    case: `/cases/${ofCase.id}`,
    rules: "/rules",
    coverage: "/rules?view=coverage",
    rule: `/rules/${open.rule.id}`,
    "rule-new": "/rules/new",
    "rule-copy": `/rules/new?from=${open.rule.id}`,
    "rule-edit": `/rules/files/${file.id}`,
    suppressions: "/suppressions",
    suppression: `/suppressions/${suppression.id}`,
    "suppression-new": `/suppressions/new?alert=${open.id}`,
    flows: "/flows",
    flow: `/flows/${flow.id}`,
    "flow-card": `/flows/${flow.id}?card=tell`,
    "flow-runs": `/flows/${flow.id}?tab=runs`,
    "flow-setup": `/flows/${flow.id}?tab=setup`,
    "flow-yaml": `/flows/${flow.id}?tab=yaml`,
    "flow-versions": `/flows/${flow.id}?tab=versions`,
    "flow-edit": `/flows/${flow.id}/edit`,
    runs: "/runs",
    run: `/runs/${good.id}`,
    "run-card": `/runs/${good.id}?step=reset_password`,
    "run-failed": `/runs/${failed.id}?step=clear_sessions`,
    "run-dry": `/runs/${dry.id}`,
    "run-list": `/runs/${good.id}?view=list&step=tell`,
    events: "/events?range=all",
    "events-narrowed": `/events?range=all&filter=${encodeURIComponent('severity eq "WARN"')}`,
    "events-none": "/events?q=nothing-is-called-like-this",
    event: `/events/${good.event.uuid}`,
    orgs: "/visibility",
    connect: "/visibility/connect",
    "connect-app": "/visibility/connect/app",
    "connect-token": "/visibility/connect/token",
    "connect-integration": "/visibility/connect/integration",
    org,
    "org-inventory": `${org}?tab=inventory`,
    "org-policies": `${org}?tab=inventory&kind=policy`,
    "org-changes": `${org}?tab=changes&range=all`,
    "org-relations": `${org}?tab=changes&range=all&of=relations`,
    "org-auth0": `${org}?tab=auth0`,
    auth0: pool,
    "auth0-inventory": `${pool}?tab=inventory`,
    "entity-account": `${pool}/auth0_user/${encodeURIComponent(account.id)}`,
    "entity-twin": `${org}/user/${twins[0].id}`,
    "entity-person": await entity("user"),
    "entity-relations": `${await entity("app")}?tab=relations`,
    "entity-history": `${await entity("user")}?tab=history`,
    "entity-timeline": `${await entity("user")}?tab=timeline`,
    "entity-timeline-app": `${await entity("app")}?tab=timeline`,
    timeline: `/timeline/user/${good.event.actor ?? "nobody@acme.example"}`,
    "entity-policy": await entity("policy"),
    "entity-users": `${await entity("app")}?tab=who`,
    "entity-access": `${org}/${worst.kind}/${worst.id}?tab=access`,
    access: "/access",
    ask: "/ask",
    "ask-answer": "/ask?question=super-admins",
    "access-all": "/access?tier=2",
    "access-changes": "/access?tab=changes&range=all",
    "access-unused": "/access?tab=unused&days=7",
    "access-ungoverned": "/access?tab=ungoverned",
    "access-of": `/access/${tenant.id}/${longest.kind}/${longest.id}?aspect=${longest.aspect ?? ""}`,
    findings: "/findings",
    "findings-closed": "/findings?state=closed",
    finding: `/findings/${tenant.id}/${encodeURIComponent(found.id)}`,
    checks: "/posture",
    "checks-failing": "/posture?verdict=FAIL&severity=critical,high",
    "checks-unjudged": "/posture?profile=strict",
    check: `/posture/${tenant.id}/${found.check.id}`,
    remedies: "/remedies",
    remedy: `/remedies/${remedy.id}`,
    "remedy-waiting": `/remedies/${waiting.id}`,
    "remedy-schedules": "/remedies?tab=schedules",
    "remedy-schedule-new": "/remedies?tab=schedules&edit=new",
    tables: "/tables",
    table: `/tables/${table.id}`,
    catalogue: "/catalogue",
    "catalogue-entry": "/catalogue?q=user&open=okta.get_user",
    "connector-new": "/connectors/new",
    connections: "/connections",
    sources: "/sources",
    "connection-add": "/connections?add=choose",
    "connection-new": "/connections?add=okta",
    connection: `/connections/${connection.id}`,
    source: `/sources/${source.id}`,
    "source-settings": `/sources/${source.id}?tab=settings`,
    "source-prerequisites": `/sources/${source.id}?tab=prerequisites`,
    "source-confirm": `/sources/${source.id}?tab=confirm`,
    "source-new": "/sources/new",
    "source-new-where": "/sources/new?step=where",
    "source-new-credential": "/sources/new?step=credential",
    "source-new-result": `/sources/new?source=${source.id}&step=result`,
    templates: "/templates",
    template: `/templates/${template.id}`,
    rehearse: "/rehearse",
    activity: "/activity",
    action: `/activity/${action.id}`,
    settings: "/settings",
    guard: "/settings/guard",
    kept: "/settings/events",
    notifications: "/settings/notifications",
    ...Object.fromEntries(channels.map((c, i) => [`channel-${i}`, `/settings/notifications?channel=${c.id}`])),
    members: "/settings/members",
    roles: "/settings/roles",
    audit: "/settings/audit",
    okta: "/settings/okta",
    "okta-provisioning": "/settings/okta?tab=provisioning",
    "okta-refused": "/settings/okta?tab=refused",
    "okta-guide": "/settings/okta?tab=guide",
    "signin-rules": "/settings/signin",
    sso: "/sso?other=1",
    forgotten: "/forgotten",
    "confirm-link": "/confirm#made-up",
    "reset-link": "/reset#made-up",
    mail: "/settings/mail",
    tokens: "/settings/tokens",
    account: "/settings/account",
    about: "/about",
    lost: "/no/such/page",
  };
}
