// The main job: somebody reports activity, and a flow contains the account. It is
// set off from the Rehearse page and followed to the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";
import { suspending } from "./suspending.mjs";

const s = stage();

test("a report is set off, contained while one watches, and read card by card", played, async () => {
  const page = await s.open("/rehearse");
  await page.getByRole("radio", { name: /Somebody reports a sign-in/ }).check();
  const set = page.getByRole("button", { name: "Play the scenario" });
  await set.click();

  const okta = page.getByRole("region", { name: "In Okta" });
  const did = page.getByRole("region", { name: "What Sallyport did" });
  const came = page.getByRole("region", { name: "What came of it" });
  const reported = okta.getByRole("link", { name: "User report suspicious activity" });
  await reported.waitFor();
  await did.getByText("Succeeded").waitFor();
  await did.getByRole("link", { name: "Clear user sessions" }).waitFor();
  await page.getByText(/answered in/).waitFor();

  // The person: no session is left, and the password is no longer in use.
  const person = came.getByRole("region", { name: /before and after/ });
  await person.getByText(/Open sessions/).waitFor();
  await until("the sessions gone", async () => /Open sessions\s*\d+\s*0/.test(await person.innerText()));
  await until("another status", async () => /Status\s*ACTIVE\s*RECOVERY/.test(await person.innerText()));
  // The mail, the row and the message.
  await came.getByRole("article").filter({ hasText: "Record the report" }).waitFor();
  await came
    .getByRole("article")
    .filter({ hasText: "#security" })
    .getByText(/reported suspicious activity/)
    .waitFor();
  await came
    .getByRole("article")
    .filter({ has: page.getByLabel("Mail") })
    .filter({ hasText: /password/i })
    .waitFor();

  // The event, and from it the run.
  await reported.click();
  await page.getByRole("heading", { level: 1, name: "User report suspicious activity" }).waitFor();
  await page.getByRole("link", { name: "Suspicious Activity Reported" }).first().click();
  await page.waitForURL(/\/runs\//);

  // The data at each card that the run reached.
  const [run] = (await api(s.demo, "GET", "/runs")).items;
  const { steps } = await api(s.demo, "GET", `/runs/${run.id}`);
  assert.ok(steps.items.length >= 8, "the flow has that many cards");
  const aside = page.getByRole("complementary").filter({ hasText: "Started" });
  await page.locator(`[data-card="${steps.items[0].card}"]`).click();
  const left = new Map(steps.items.map((step) => [step.path, step]));
  while (left.size > 0) {
    await page.waitForFunction((paths) => paths.includes(new URL(location).searchParams.get("step")), [...left.keys()]);
    const step = left.get(new URL(page.url()).searchParams.get("step"));
    left.delete(step.path);
    await aside.getByRole("heading", { name: step.title, exact: true }).waitFor();
    await page.locator(`[data-card="${step.card}"][aria-pressed=true]`).waitFor();
    if (step.input) await aside.getByRole("region", { name: "input" }).waitFor();
    if (step.output) await aside.getByRole("region", { name: "output" }).waitFor();
    if (step.card === "record") await aside.getByText(run.event.actor).first().waitFor();
    await page.keyboard.press("j");
  }

  // The ledger: what was asked of Okta, and that nothing brings it back.
  await page.goto(`${s.demo.base}/runs/${run.id}?step=reset_password`);
  await aside.getByRole("link", { name: /Reset password/ }).click();
  await page.getByRole("heading", { level: 1, name: "Reset password" }).waitFor();
  await page.getByText("/lifecycle/reset_password").first().waitFor();
  await page.getByText(/cannot be undone/).waitFor();
  assert.equal(await page.getByRole("button", { name: /Undo/ }).count(), 0);
});

test("the overview tells it as it happens", played, async () => {
  const page = await s.open("/");
  const before = await page.getByRole("link", { name: "Suspicious Activity Reported" }).count();
  const { user } = await play(s.demo, "report_suspicious_activity");
  const moment = page.getByRole("listitem").filter({ hasText: user.login }).filter({ hasText: "Succeeded" }).first();
  await moment.waitFor();
  await moment.getByRole("link", { name: "Clear user sessions" }).waitFor();
  assert.ok((await page.getByRole("link", { name: "Suspicious Activity Reported" }).count()) > before);
});

test("what has a way back is undone, after it was shown", played, async () => {
  const flow = await suspending(s.demo);
  const people = await sandbox(s.demo, "GET", "/users?status=ACTIVE&limit=50");
  const { login } = (people.users ?? people).find((p) => p.admin_roles.length === 0);
  const status = async () => (await sandbox(s.demo, "GET", `/users/${login}`)).status;

  const page = await s.open(`/flows/${flow.id}`);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("dialog").getByLabel("User").fill(login);
  await page.getByRole("dialog").getByRole("button", { name: "Run for real" }).click();
  await page.waitForURL(/\/runs\//);
  await page.getByText("Succeeded").first().waitFor();
  assert.equal(await status(), "SUSPENDED");

  await page.goto(`${s.demo.base}/activity`);
  const row = page.getByRole("row").filter({ hasText: "Suspend user" });
  await row.getByRole("button", { name: "Undo Suspend user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Unsuspend user").first().waitFor();
  await dialog.getByText(login).first().waitFor();
  assert.equal(await status(), "SUSPENDED", "nothing is done before one has said so");
  await dialog.getByRole("button", { name: "Unsuspend user" }).click();
  await page.getByText("Undone: Suspend user").waitFor();
  await row.getByText("Undone").waitFor();
  assert.equal(await status(), "ACTIVE");
});
