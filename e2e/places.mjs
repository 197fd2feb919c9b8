// A demo that has something to show, and the addresses of all pages in it.
import { api, play, sandbox, signedIn, startDemo, until } from "./demo.mjs";

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
  await signedIn(demo, "POST", "/tokens", { name: "SIEM export", role: "viewer" });
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
  const failed = runs.find((r) => r.state === "failed");
  const good = runs.find((r) => r.state === "succeeded" && !r.dryRun);
  const dry = runs.find((r) => r.dryRun);
  return {
    overview: "/",
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
    event: `/events/${good.event.uuid}`,
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
    members: "/settings/members",
    tokens: "/settings/tokens",
    account: "/settings/account",
    about: "/about",
    lost: "/no/such/page",
  };
}
