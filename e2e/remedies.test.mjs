// A way to super administrator is found, planned away, run, seen to be gone in
// Okta and in what is judged, and brought back; and what stops a plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, sandbox, signedIn, startDemo, until } from "./demo.mjs";
import { byPassword, secondAdmin } from "./entering.mjs";
import { played, stage } from "./stage.mjs";
import { approve, asAdministrator, giveAWay, wayOf } from "./wayaway.mjs";

const slow = { ...played, timeout: 180_000 };
let demo;
let okta; // asks the org of the sandbox
let way; // of somebody who is put into the group of the super admins
let tenant;
let connection;
const second = "second@acme.example"; // another administrator

const s = stage(async () => {
  demo = await startDemo();
  try {
    await prepare();
  } catch (error) {
    await demo.stop();
    throw error;
  }
  return demo;
});

/** Somebody who is no administrator becomes one, and the org is read. */
async function prepare() {
  okta = asAdministrator((await sandbox(demo, "GET", "/state")).okta);
  const { person, group } = await giveAWay(okta);
  connection = (await api(demo, "GET", "/connections")).find((c) => c.connector.id === "okta").id;
  tenant = (await signedIn(demo, "POST", "/tenants", { connection })).id;
  const ask = (...what) => (what[0] === "GET" ? api : signedIn)(demo, ...what);
  way = wayOf({ base: demo.base, ask, okta, tenant, person, group });
  way.from = `/access/${tenant}/user/${person.id}`;
  await way.readToEnd();
}

/** Chooses one of what a field offers. */
async function choose(page, dialog, typed, option) {
  await dialog.getByRole("combobox", { name: "What is to be done" }).click();
  await page.keyboard.type(typed);
  await page.getByRole("option", { name: option }).click();
}

const writes = async () =>
  (await sandbox(demo, "GET", "/requests?service=okta")).filter(
    (r) => !["GET", "HEAD"].includes(r.method) && r.path.startsWith("/api/"),
  ).length;

test("a way to super administrator is planned away, run, gone, and brought back", slow, async () => {
  const other = await secondAdmin(s, (...what) => signedIn(demo, ...what), "Second Admin", second);
  await way.takenAway(await s.open(way.from), other);
});

test("what takes an admin role away waits for somebody else", slow, async () => {
  const reader = await okta("GET", "/api/v1/users/svc-readonly@acme.example");
  const roles = () => okta("GET", `/api/v1/users/${reader.id}/roles`);
  const { id: assignment } = (await roles()).find((r) => r.assignmentType === "USER");
  const has = async () => (await roles()).some((r) => r.id === assignment);
  const page = await s.open(`/visibility/${tenant}/user/${reader.id}`);
  await page.getByRole("button", { name: "Plan a remedy" }).click();
  const dialog = page.getByRole("dialog", { name: /Plan a remedy for/ });
  await choose(page, dialog, "admin role", /^Take admin role from user/);
  await dialog.getByLabel("Assignment").fill(assignment);
  await dialog.getByRole("button", { name: "Show the plan" }).click();
  await page.getByRole("button", { name: "Ask for approval" }).click();
  await page.getByText("Waits for approval").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
  assert.equal(await has(), true);

  const other = await s.open("/sign-in", { link: null, answers: [401] });
  await byPassword(other, second);
  await other.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await approve(other, page.url(), "They read by a client now");
  assert.equal(await has(), false);
});

test("a finding is accepted for a reason, and no more", slow, async () => {
  await signedIn(demo, "POST", `/tenants/${tenant}/posture`, {});
  const { items } = await api(demo, "GET", `/tenants/${tenant}/findings?check=TOK-001&state=open`);
  const found = encodeURIComponent(items[0].id);
  const page = await s.open(`/findings/${tenant}/${found}`);
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Accept: / });
  await dialog.getByLabel("Reason").fill("It is made new on every start");
  await dialog.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByText("It is made new on every start").waitFor();
  const state = async () => (await api(demo, "GET", `/tenants/${tenant}/findings/${found}`)).state;
  await until("the finding is accepted", async () => (await state()) === "accepted");
  await page.getByRole("button", { name: /^Take back: / }).click();
  await page.getByText("Nothing is. What is meant to be so is accepted").waitFor();
  await until("the finding is open again", async () => (await state()) === "open");
});

test("what makes plans by the clock is kept, and deleted", slow, async () => {
  const page = await s.open("/remedies?tab=schedules");
  await page.getByRole("button", { name: "Have plans made" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Title").fill("Sign everybody out on Sunday");
  await dialog.getByLabel("Condition").fill('user.status == "ACTIVE"');
  await choose(page, dialog, "Clear sessions", /^Clear sessions/);
  await dialog.getByLabel("When").fill("0 3 * * 0");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("Sign everybody out on Sunday", { exact: true }).first().waitFor();
  const [kept] = await api(demo, "GET", "/remedy-schedules");
  assert.deepEqual([kept.playbook, kept.cron, kept.people], ["clear_sessions", "0 3 * * 0", 'user.status == "ACTIVE"']);
  await page.getByRole("button", { name: "Delete Sign everybody out on Sunday" }).click();
  await page.getByRole("button", { name: "Delete the schedule" }).click();
  await page.getByText("No plans are made by the clock").waitFor();
  assert.deepEqual(await api(demo, "GET", "/remedy-schedules"), []);
});

test("a plan for too many stops, and changes nothing", slow, async () => {
  const everybody = (await okta("GET", "/api/v1/users?limit=200")).filter((u) => u.status === "ACTIVE").slice(0, 30);
  const made = await signedIn(demo, "POST", "/remedies", {
    playbook: "clear_sessions",
    connection,
    objects: everybody.map((u) => ({ id: u.id, name: u.profile.login })),
  });
  const page = await s.open(`/remedies/${made.id}`);
  await page.getByText("It would be stopped before its first step").waitFor();
  await page.getByText(/a plan may change 25/).waitFor();
  assert.equal(await page.getByRole("button", { name: /Run it|Ask for approval/ }).count(), 0);

  const sent = await writes();
  const after = await signedIn(demo, "POST", `/remedies/${made.id}/run`);
  assert.equal(after.state, "stopped");
  assert.equal(await writes(), sent);
  await page.reload();
  await page.getByText("Stopped", { exact: true }).first().waitFor();
});
