// Flows: looking at one, switching it off and on, trying it out, and what to do
// when a run has failed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const name = "Suspicious Activity Reported";
const flowOf = async () => (await api(s.demo, "GET", "/flows")).find((f) => f.title === name);
const asked = async (path) => {
  const answer = await sandbox(s.demo, "GET", `/requests?service=okta&method=POST&path=${encodeURIComponent(path)}`);
  return (Array.isArray(answer) ? answer : answer.requests).length;
};

test("a flow is found, its cards say where their values come from", played, async () => {
  const page = await s.open("/flows");
  await page.getByRole("searchbox", { name: "Search flows" }).fill("suspicious");
  await page.waitForURL(/q=suspicious/);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const picture = page.getByLabel("Picture of the flow");
  await picture.getByText("When this happens in Okta").waitFor();
  await picture.getByText("Tell the security channel").waitFor();
  // A value is pointed at, and its source stands out.
  const source = page.locator('[data-card="trigger"]');
  assert.doesNotMatch(await source.getAttribute("class"), /ring-2/);
  await page.locator('[data-card="clear_sessions"]').getByText("actor.id").hover();
  await until("the source to stand out", async () => /ring-2/.test(await source.getAttribute("class")));
  // A card is opened, and says all of it.
  await page.locator('[data-card="clear_sessions"]').click();
  await page.waitForURL(/card=clear_sessions/);
  const detail = page.getByRole("complementary").filter({ hasText: "If it fails" });
  await detail.getByText("the run goes on").first().waitFor();
  await detail.getByRole("link", { name: "Okta (sandbox)" }).waitFor();
});

test("a flow is off after one press, and on after it was shown what it will do", played, async () => {
  const page = await s.open("/flows");
  const on = page.getByRole("switch", { name: `${name}: on` });
  const off = page.getByRole("switch", { name: `${name}: off` });
  await on.click();
  await off.waitFor();
  assert.equal((await flowOf()).enabled, false);
  await off.click();
  const dialog = page.getByRole("dialog", { name: `Switch on ${name}` });
  await dialog.getByText("user.account.report_suspicious_activity_by_enduser").waitFor();
  await dialog.getByText("Reset password").waitFor();
  assert.equal((await flowOf()).enabled, false, "looking switches nothing on");
  await dialog.getByRole("button", { name: "Switch on" }).click();
  await on.waitFor();
  assert.equal((await flowOf()).enabled, true);
});

test("a flow that only calls another is switched on knowing what that one does", played, async () => {
  const [folder] = await api(s.demo, "GET", "/folders");
  const make = async (yaml) => {
    const f = await api(s.demo, "POST", "/flows", { yaml, folder: folder.id });
    return api(s.demo, "POST", `/flows/${f.id}/publish`, {});
  };
  const helper = await make(`flow: e2e_lock
title: Lock the account
connections: { dir: okta }
trigger: { call: { inputs: { id: text } } }
cards:
  - { id: lock, use: dir.suspend_user, with: { user: "{{ input.id }}" } }`);
  const okta = helper.slotChoices[0].connections.find((c) => c.name === "Okta (sandbox)");
  await api(s.demo, "PATCH", `/flows/${helper.id}`, { connections: { dir: okta.id } });
  const caller = await make(`flow: e2e_caller
title: Calls alone
trigger: { on_demand: { inputs: { id: text } } }
cards:
  - { id: go, call: e2e_lock, with: { id: "{{ input.id }}" } }`);
  // The one that calls may be asked for first, and is refused until the other is on.
  const page = await s.open(`/flows/${caller.id}`, { answers: [409] });
  await page.getByRole("switch", { name: "Calls alone: off" }).click();
  const dialog = page.getByRole("dialog", { name: "Switch on Calls alone" });
  await dialog.getByText("Suspend user").waitFor();
  await dialog.getByText("in Okta (sandbox), through Lock the account").waitFor();
  assert.equal(await dialog.getByText("changes nothing").count(), 0);

  // Several at once are told alike.
  await page.goto(`${s.demo.base}/flows?folder=${folder.id}`);
  await page.getByRole("checkbox", { name: "Select Calls alone" }).click();
  await page.getByRole("checkbox", { name: "Select Lock the account" }).click();
  assert.equal(await page.getByRole("columnheader", { name: "Folder" }).count(), 0, "all are of one folder");
  await page.getByRole("button", { name: "Switch on 2" }).click();
  const many = page.getByRole("dialog", { name: "Switch on 2 flows" });
  await many.getByRole("region", { name: "Calls alone" }).getByText("through Lock the account").waitFor();
  await many.getByRole("button", { name: "Switch on 2" }).click();
  await page.getByText("2 flows switched on", { exact: true }).waitFor();
  await page.getByRole("switch", { name: "Calls alone: on" }).waitFor();
  for (const f of [caller, helper]) assert.equal((await api(s.demo, "GET", `/flows/${f.id}`)).enabled, true);
});

test("a flow is tried out on an event that was, and shows what it would send", played, async () => {
  await play(s.demo, "report_suspicious_activity");
  await until("the run", async () => (await api(s.demo, "GET", "/runs")).items.some((r) => r.endedAt));
  const before = await asked("/api/v1/users");
  const page = await s.open(`/flows/${(await flowOf()).id}`);
  await page.getByRole("button", { name: "Run now" }).click();
  const dialog = page.getByRole("dialog", { name: `Run ${name}` });
  await dialog.getByRole("radio").first().check();
  await dialog.getByRole("button", { name: "Show what it would do" }).click();
  await page.getByText("This is a dry run: nothing was changed and nobody was told").waitFor();
  const would = page.getByRole("region", { name: "What it would do" });
  await would.getByRole("button", { name: /Clear user sessions/ }).click();
  const sent = page.getByRole("region", { name: "what it would send" });
  await sent.getByText("DELETE").first().waitFor();
  await sent
    .getByText(/\/api\/v1\/users\/.+\/sessions/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: /^Contained .*Their sessions were cleared.* Done/ }).waitFor();
  assert.equal(await asked("/api/v1/users"), before, "Okta was asked to change nothing");
});

test("a failed run says what came back, leads to the card, and is retried from there", played, async () => {
  await sandbox(s.demo, "POST", "/faults", {
    service: "slack",
    path: "chat.postMessage",
    kind: "status",
    status: 400,
    count: 1,
    body: '{"ok":false,"error":"channel_is_archived"}',
  });
  await play(s.demo, "report_suspicious_activity");
  const failed = await until("the failed run", async () =>
    (await api(s.demo, "GET", "/runs")).items.find((r) => r.state === "failed"),
  );
  const page = await s.open("/");
  await page
    .getByRole("region", { name: "Needs you" })
    .getByRole("link", { name: /1 run failed/ })
    .click();
  await page.waitForURL(/\/runs\?.*state=failed/);
  await page.getByRole("row").filter({ hasText: "Failed" }).getByRole("link", { name }).click();
  await page.waitForURL(new RegExp(`/runs/${failed.id}`));
  await page.getByText("The run failed").waitFor();
  await page.getByRole("button", { name: "Show the card" }).click();
  await page.waitForURL(/step=tell/);
  const aside = page.getByRole("complementary").filter({ hasText: "What came back" });
  await aside.getByRole("heading", { name: "Tell the security channel" }).waitFor();
  await aside
    .getByText(/channel/i)
    .first()
    .waitFor();

  const resets = await asked("/api/v1/users/*/lifecycle/reset_password");
  await page.getByRole("button", { name: "Retry from the failed card" }).click();
  await page.getByText("Succeeded").first().waitFor();
  assert.equal(await asked("/api/v1/users/*/lifecycle/reset_password"), resets, "what was done is not done again");
});

test("the focus is back on the button once an import is closed", played, async () => {
  const page = await s.open("/flows");
  const yaml = "flow: e2e_brought\ntitle: Brought\ntrigger: { on_demand: {} }\ncards: [ { stop: Done } ]\n";
  const button = page.getByRole("button", { name: "Import" });
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
  await chooser.setFiles({ name: "brought.yaml", mimeType: "text/yaml", buffer: Buffer.from(yaml) });
  const dialog = page.getByRole("dialog", { name: "Import flows" });
  await dialog.getByText("On demand").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await until("the focus", () => button.evaluate((b) => b === document.activeElement));
});
