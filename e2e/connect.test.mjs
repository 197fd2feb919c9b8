// A server with nothing in it: an Okta org is connected by each of the three ways,
// read, and asked who can become its administrator; and what goes wrong on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sandbox, startServeBeside } from "./demo.mjs";
import { byPassword, firstAdmin, secondAdmin } from "./entering.mjs";
import { played, stage } from "./stage.mjs";
import { asAdministrator, giveAWay, wayOf } from "./wayaway.mjs";

const slow = { ...played, timeout: 240_000 };
const s = stage(async () => {
  const server = await startServeBeside();
  // The limits of a large org, so that it is read in seconds; but not in a moment.
  await sandbox(server, "POST", "/switches", { rate_scale: 20 });
  await sandbox(server, "POST", "/faults", { service: "okta", method: "GET", path: "/api/v1", delay_ms: 100 });
  return server;
});
const long = { timeout: 120_000 };
const okta = (...what) => asAdministrator(s.demo.state.okta)(...what);

/** Fills what the wizard asks for. */
async function fill(page, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
}

/** A page of the administrator, where the three ways are. */
async function again(answers = []) {
  const page = await s.open("/sign-in", { link: null, answers: [401, ...answers] });
  await byPassword(page, "ada@acme.example");
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.goto(`${s.demo.base}/visibility/connect`);
  return page;
}

/** Watches the org being read, to its end. */
async function watched(page) {
  const running = page.getByRole("region", { name: "The org is being read" });
  await running.getByRole("progressbar").waitFor();
  await running
    .getByText(/\d+\/min|waits/)
    .first()
    .waitFor(long);
  await page.getByRole("link", { name: "Look at the inventory" }).waitFor(long);
}

/** Apps that were made in the org. */
const apps = async () => (await okta("GET", "/api/v1/apps?limit=200&q=Sallyport")).map((a) => a.label);

test("by an API token: a wrong one is refused, the right one sees, and the org is read", slow, async () => {
  const page = await firstAdmin(s, "Ada Lovelace", "ada@acme.example");
  await page.goto(`${s.demo.base}/visibility`);
  await page.getByRole("heading", { name: "No org is read yet" }).waitFor();
  await page.getByRole("link", { name: "Connect by API token" }).click();
  await page.getByText("Read-Only Administrator").first().waitFor();
  const { url, token } = s.demo.state.okta;
  await fill(page, {
    "Domain of the org": url,
    "API token": "00a-token-that-nobody-made",
    "Name of the connection": "By token",
  });
  await page.getByRole("button", { name: "Test and save" }).click();
  await page.getByText("It was not kept, because it does not work.").waitFor();
  await page.getByText(/token is wrong, expired or revoked/).waitFor();
  assert.equal(await page.getByLabel("Domain of the org").inputValue(), url);

  await fill(page, { "API token": token });
  await page.keyboard.press("Enter");
  const sees = page.getByRole("region", { name: "What this credential sees" });
  await sees.getByText(/^Of \d+ areas it sees \d+/).waitFor();
  await sees.getByRole("button", { name: /^All \d+ areas/ }).click();
  await sees.getByRole("table").getByText("People", { exact: true }).waitFor();
  assert.ok(!(await page.content()).includes(token), "the token stands nowhere on the page");

  // It is found again where one left it.
  await page.reload();
  await page.getByRole("button", { name: "Read this org" }).click();
  await watched(page);
  await page.getByRole("link", { name: "Look at the inventory" }).click();
  await page.getByRole("searchbox").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("security.lead");
  await page.waitForURL(/q=security/);
  await page.getByRole("link", { name: /security\.lead@/ }).click();
  await page.getByRole("heading", { level: 1, name: /security\.lead@/ }).waitFor();
});

test("by an API service integration: its scopes decide, and what they lack is named", slow, async () => {
  const few = ["okta.users.read", "okta.groups.read", "okta.apps.read"];
  const made = await okta("POST", "/integrations/api/v1/api-services", { type: "my_app", grantedScopes: few });
  const page = await again([400]);
  await page.getByRole("link", { name: "Connect by API service integration" }).click();
  await fill(page, {
    "Domain of the org": s.demo.state.okta.url,
    "Client ID": made.id,
    "Scopes (required)": few.join(" "),
    "Client secret": "not the secret",
    "Name of the connection": "By integration",
  });
  await page.getByRole("button", { name: "Test and save" }).click();
  await page.getByText("It was not kept, because it does not work.").waitFor();
  await fill(page, { "Client secret": made.clientSecret });
  await page.getByRole("button", { name: "Test and save" }).click();
  const sees = page.getByRole("region", { name: "What this credential sees" });
  await sees.getByText("okta.logs.read", { exact: true }).first().waitFor();
  await sees.getByText("Not allowed").first().waitFor();
  await page.getByRole("button", { name: "Read this org" }).click();
  await watched(page);
});

test(
  "by a service app: what fails leaves nothing, what goes well takes a way to super administrator away",
  slow,
  async () => {
    const { person, group } = await giveAWay(okta);
    const page = await again();
    await page.getByRole("link", { name: "Connect by OAuth service app" }).click();
    const { url, token } = s.demo.state.okta;
    const fields = {
      "Domain of the org": url,
      "Temporary API token": "00a-token-that-nobody-made",
    };
    await fill(page, fields);
    await page.getByRole("checkbox", { name: /^End the token/ }).uncheck(); // it is the one of this test
    await page.getByText("An app that reads:").click();
    await page.getByText("READ_ONLY_ADMIN").waitFor();
    await page.getByRole("button", { name: "Make the app" }).click();
    const last = page.getByRole("region", { name: "The last try" });
    await last.getByText("The app was not made").waitFor();
    await last.getByText(/does not take the token/).waitFor();

    // A fault in the middle: said, taken back, and what was typed is still there.
    const refuse = {
      service: "okta",
      method: "POST",
      path: "/oauth2/v1/clients",
      kind: "status",
      status: 403,
      count: 1,
    };
    await sandbox(s.demo, "POST", "/faults", refuse);
    await fill(page, { "Temporary API token": token });
    await page.getByRole("button", { name: "Make the app" }).click();
    await last.getByText(/^Give it its role: give the app the role READ_ONLY_ADMIN/).waitFor();
    await last.getByText("Nothing is left in the org").waitFor();
    assert.deepEqual(await apps(), []);
    assert.equal(await page.getByLabel("Domain of the org").inputValue(), url);

    // It goes on where nobody looks, and is found again.
    await sandbox(s.demo, "POST", "/faults", { service: "okta", path: "/api/v1/apps", delay_ms: 60, count: 40 });
    await page.getByRole("button", { name: "Make the app" }).click();
    await page.getByRole("region", { name: "The app is being made" }).getByText("Grant its scopes").waitFor();
    const at = page.url();
    await page.goto(`${s.demo.base}/`);
    await page.goto(at);
    const made = page.getByRole("region", { name: "It is connected" });
    await made.getByText("Sallyport service, which only reads").waitFor(long);
    await made.getByText(/still works/).waitFor();
    assert.deepEqual(await apps(), ["Sallyport service"]);
    assert.ok(!(await page.content()).includes(token), "the token stands nowhere on the page");
    await page
      .getByRole("region", { name: "What this credential sees" })
      .getByText(/^Of \d+ areas it sees \d+/)
      .waitFor();
    await page.getByRole("button", { name: "Read it again" }).click();
    await watched(page);

    const ask = async (method, path, data) => {
      const answer = await page.request.fetch(`${s.demo.base}/api/v1${path}`, { method, data });
      assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
      return answer.json();
    };
    const [tenant] = await ask("GET", "/tenants");
    assert.match(tenant.connection.name, /^Okta \(/);

    // The org that is read gets an app for response beside it.
    await page.goto(`${s.demo.base}/visibility/connect/app`);
    await fill(page, { ...fields, "Temporary API token": token });
    await page.getByRole("checkbox", { name: /^End the token/ }).uncheck();
    await page.getByRole("radio", { name: /^The app for response alone/ }).check();
    await page.getByText("An app that responds:").waitFor();
    assert.equal(await page.getByText("An app that reads:").count(), 0);
    await page.getByText(/--only-response/).waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Make the app" }).click();
    const beside = page.getByRole("region", { name: "It may respond" });
    await beside.getByText("Sallyport service response, which may contain people").waitFor(long);
    await beside.getByRole("link", { name: `${tenant.connection.name} response` }).waitFor();
    assert.deepEqual((await apps()).sort(), ["Sallyport service", "Sallyport service response"]);
    assert.equal((await ask("GET", `/tenants/${tenant.id}`)).connection.id, tenant.connection.id);

    await page.goto(`${s.demo.base}/visibility/${tenant.id}/user/${person.id}`);
    await page.getByRole("heading", { level: 1, name: person.profile.login }).waitFor();
    await page.goto(`${s.demo.base}/access/${tenant.id}/user/${person.id}`);
    const way = wayOf({ base: s.demo.base, ask, okta, tenant: tenant.id, person, group, through: "By token" });
    await way.takenAway(page, await secondAdmin(s, ask, "Second Admin", "second@acme.example"));
  },
);
