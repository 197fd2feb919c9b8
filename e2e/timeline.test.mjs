// What happened around somebody, from a report of theirs to what was done about it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const slow = { ...played, timeout: 180_000 };

async function sandbox(path, body) {
  const answer = await fetch(`${s.demo.sandbox}/_sandbox/${path}`, {
    method: body ? "POST" : "GET",
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

async function until(what, holds) {
  for (const end = Date.now() + 60_000; ; ) {
    if (await holds()) return;
    assert.ok(Date.now() < end, `not within a minute: ${what}`);
    await new Promise((go) => setTimeout(go, 200));
  }
}

/** Somebody who has no admin role, and a session. */
async function somebody() {
  const all = await sandbox("users?status=ACTIVE");
  return all.find((u) => u.sessions > 0 && u.admin_roles.length === 0);
}

test("a timeline shows the report, the run that it started, and what that did", slow, async () => {
  const who = await somebody();
  const conn = (await api(s.demo, "GET", "/connections")).find((c) => c.connector.id === "okta");
  const tenant = await api(s.demo, "POST", "/tenants", { connection: conn.id });
  await until("the org is read", async () => (await api(s.demo, "GET", `/tenants/${tenant.id}`)).sync.state === "done");
  await sandbox("scenarios/report_suspicious_activity", { user: who.login });
  const lines = `/tenants/${tenant.id}/entities/user/${who.id}/timeline`;
  await until("what came of the report", async () => {
    const { items } = await api(s.demo, "GET", lines);
    return items.some((l) => l.run?.state === "succeeded") && items.some((l) => l.action?.state === "done");
  });

  const page = await s.open(`/visibility/${tenant.id}/user/${who.id}`);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await page.waitForURL(/tab=timeline/);
  const happened = page.getByRole("region", { name: "What happened" });
  await happened.getByRole("link", { name: "Suspicious Activity Reported" }).first().waitFor();
  await happened.getByRole("heading", { name: "Today" }).waitFor();

  // A line opens in its place, by keyboard.
  const more = happened.getByRole("button", { name: "User report suspicious activity: more" });
  await more.focus();
  await page.keyboard.press("Enter");
  await happened.getByRole("link", { name: "user.account.report_suspicious_activity_by_enduser" }).waitFor();

  // Chips narrow it, and stand in the address.
  await happened.getByRole("button", { name: "Runs" }).click();
  await page.waitForURL(/show=run/);
  await happened.getByRole("link", { name: "Suspicious Activity Reported" }).first().waitFor();
  await until("runs alone", async () => (await happened.getByRole("link", { name: /Clear|Reset/ }).count()) === 0);
  await page.reload();
  assert.equal(await happened.getByRole("button", { name: "Runs" }).getAttribute("aria-pressed"), "true");
  await happened.getByRole("button", { name: "Runs" }).click();

  // What comes meanwhile is counted, and shown when somebody asks for it.
  await happened.getByRole("heading", { name: "Today" }).waitFor();
  await sandbox("scenarios/new_device", { user: who.login });
  const fresh = happened.getByRole("button", { name: /new$/ });
  await fresh.waitFor({ timeout: 60_000 });
  await fresh.click();
  await fresh.waitFor({ state: "detached" });
  await page
    .getByRole("region", { name: /Sign-ins of the last 30 days/ })
    .getByRole("img", { name: /Map of/ })
    .waitFor();
});

test("somebody whom nobody read has a timeline by what events tell", slow, async () => {
  const page = await s.open("/timeline/user/nobody.at.all@acme.example");
  await page.getByText("Of this the inventory knows nothing").waitFor();
  await page.getByText("Nothing is known to have happened").waitFor();
});
