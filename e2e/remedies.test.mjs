// A way to super administrator is found, planned away, run, seen to be gone in
// Okta and in what is judged, and brought back; and what stops a plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, sandbox, signedIn, startDemo, until } from "./demo.mjs";
import { byPassword, letterTo, password } from "./entering.mjs";
import { played, stage } from "./stage.mjs";

const slow = { ...played, timeout: 180_000 };
let demo;
let okta; // asks the org of the sandbox
let person; // who is put into the group of the super admins
let group;
let tenant;
let connection;

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
  const { url, token } = (await sandbox(demo, "GET", "/state")).okta;
  okta = async (method, path) => {
    const headers = { Authorization: `SSWS ${token}`, Accept: "application/json" };
    const answer = await fetch(url + path, { method, headers });
    const text = await answer.text();
    assert.ok(answer.ok, `Okta: ${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  person = await oldest();
  [group] = await okta("GET", "/api/v1/groups?q=Super%20admins");
  await okta("PUT", `/api/v1/groups/${group.id}/users/${person.id}`);
  connection = (await api(demo, "GET", "/connections")).find((c) => c.connector.id === "okta").id;
  tenant = (await signedIn(demo, "POST", "/tenants", { connection })).id;
  await readToEnd();
}

/** Of those who are no administrators, the one whose password is the oldest. */
async function oldest() {
  const users = (await okta("GET", "/api/v1/users?limit=200")).filter((u) => u.status === "ACTIVE");
  for (const u of users.toSorted((a, b) => a.passwordChanged.localeCompare(b.passwordChanged)))
    if ((await okta("GET", `/api/v1/users/${u.id}/roles`)).length === 0) return u;
  throw new Error("everybody is an administrator");
}

/** Chooses one of what a field offers. */
async function choose(page, dialog, typed, option) {
  await dialog.getByRole("combobox", { name: "What is to be done" }).click();
  await page.keyboard.type(typed);
  await page.getByRole("option", { name: option }).click();
}

/** Waits until no reading of the org runs, and returns what the last one was. */
function readToEnd(after) {
  return until(
    "the org is read",
    async () => {
      const { sync } = await api(demo, "GET", `/tenants/${tenant}`);
      return sync && sync.state === "done" && sync.id !== after && sync;
    },
    120_000,
  );
}

/** Has the org read again by the button on its page, and judged. */
async function readAgain(page) {
  const { id } = await readToEnd();
  await page.goto(`${demo.base}/visibility/${tenant}`);
  await page.getByRole("button", { name: "Read now" }).click();
  await readToEnd(id);
  await page.goto(`${demo.base}/posture`);
  await page.getByRole("button", { name: "Judge now" }).click();
  await page.getByText(/^Judged by/).waitFor();
}

/** The finding that depends on the person being super administrator, as it stands. */
async function findingOf(check) {
  const query = `check=${check}&kind=user&object=${person.id}`;
  const { items } = await api(demo, "GET", `/tenants/${tenant}/findings?${query}`);
  return items[0];
}

const isMember = async () => (await okta("GET", `/api/v1/groups/${group.id}/users`)).some((u) => u.id === person.id);

const writes = async () =>
  (await sandbox(demo, "GET", "/requests?service=okta")).filter(
    (r) => !["GET", "HEAD"].includes(r.method) && r.path.startsWith("/api/"),
  ).length;

test("a way to super administrator is planned away, run, gone, and brought back", slow, async () => {
  const page = await s.open(`/access/${tenant}/user/${person.id}`);
  const judge = () => signedIn(demo, "POST", `/tenants/${tenant}/posture`, {});
  await judge();
  const found = await findingOf("ADM-008");
  assert.equal(found?.state, "open", "an administrator has a password that is old");

  // Step by step, to what takes it away.
  await page.getByText(/Can become super administrator in \d steps/).waitFor();
  await page.getByRole("button", { name: "As a list" }).click();
  const way = page.getByRole("list", { name: "Way 1" });
  await way.getByText("is a member of", { exact: true }).waitFor();
  await way.getByRole("button", { name: /Plan it: Take .* out of Super admins/ }).click();
  const dialog = page.getByRole("dialog", { name: /Plan a remedy for/ });
  assert.equal(await dialog.getByRole("textbox", { name: "Group (required)" }).inputValue(), group.id);
  await dialog.getByRole("button", { name: "Show the plan" }).click();

  // Exactly the call that will be made, before anything is.
  await page.waitForURL(/\/remedies\/.+/);
  const steps = page.getByRole("list", { name: "Steps" });
  await steps.getByText(`${person.profile.login} leaves the group Super admins`).waitFor();
  await steps.getByText(`/api/v1/groups/${group.id}/users/${person.id}`).waitFor();
  await steps.getByText("DELETE", { exact: true }).waitFor();
  await page.getByRole("link", { name: "a way to administrator" }).waitFor();
  assert.equal(await isMember(), true);
  const plan = page.url();

  await page.getByRole("button", { name: "Run it" }).click();
  await page.getByRole("button", { name: "Undo all" }).waitFor();
  assert.equal(await isMember(), false);

  // The org is read and judged again: no way is left, and nothing is found any more.
  await readAgain(page);
  assert.equal((await findingOf("ADM-008")).state, "closed");
  await page.goto(`${demo.base}/access/${tenant}/user/${person.id}`);
  await page
    .getByText("No way from here to super administrator is known")
    .or(page.getByText("It gives access to nothing that is known"))
    .waitFor();

  await page.goto(plan);
  await page.getByRole("button", { name: "Undo all" }).click();
  await page.getByRole("button", { name: "Undo 1 step" }).click();
  await until("the plan is undone", isMember);
  await readAgain(page);
  await page.goto(`${demo.base}/access/${tenant}/user/${person.id}`);
  await page.getByText(/Can become super administrator in \d steps/).waitFor();
  assert.equal((await findingOf("ADM-008")).state, "open");
});

test("what takes an admin role away waits for somebody else", slow, async () => {
  await signedIn(demo, "POST", "/members", { email: "second@acme.example", roles: ["admin"] });
  const other = await s.open("/sign-in", { link: null, answers: [401] });
  await other.goto(await letterTo(s, "second@acme.example", "/invite"));
  await other.getByLabel("Your name").fill("Second Admin");
  await other.getByLabel("Password").fill(password);
  await other.locator("form button[type=submit]").click();
  await other.getByRole("link", { name: "Sign in" }).click();
  await byPassword(other, "second@acme.example");
  await other.getByRole("heading", { level: 1, name: "Overview" }).waitFor();

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

  await other.goto(page.url());
  await other.getByRole("button", { name: "Approve" }).click();
  await other.getByLabel("Note").fill("They read by a client now");
  await other.getByRole("button", { name: "Approve, and have it run" }).click();
  await other.getByRole("button", { name: "Undo all" }).waitFor();
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
