// An attack in the sandbox becomes an alert, and somebody deals with it: by
// keyboard from the list to closed, with a response that is run from the alert.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { api, play, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";
import { suspending } from "./suspending.mjs";

const s = stage();

/** The alert of a rule that a scenario raises. */
const raised = (title) =>
  until(`the alert ${title}`, async () =>
    (await api(s.demo, "GET", "/alerts?limit=100")).items.find((a) => a.title === title),
  );

test("an alert is dealt with by keyboard, from the list to closed, with a response", played, async () => {
  await suspending(s.demo);
  const page = await s.open("/alerts");
  await play(s.demo, "mfa_fatigue");
  const alert = await raised("Pushes are rejected, then one is approved");
  const row = page.getByRole("row").filter({ hasText: alert.title });
  await row.waitFor();

  // The list, narrowed to it, and opened.
  await page.keyboard.press("/");
  await page.keyboard.type("then one is approved");
  await page.waitForURL(/q=then/);
  await until("the list is narrowed", async () => (await page.locator("tbody tr[data-index]").count()) === 1);
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("j");
  await page.locator("tbody tr:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/alerts/${alert.id}`);
  await page.getByRole("heading", { level: 1, name: alert.title }).waitFor();

  // Why it fired, and on what.
  const why = page.getByRole("region", { name: "Why it fired" });
  await why.getByText("T1621").waitFor();
  const evidence = page.getByRole("region", { name: "Evidence" });
  await evidence.getByText("198.18.").first().waitFor();
  await evidence.getByRole("listitem").nth(1).waitFor(); // the rejected pushes and the approved one

  // It is taken, and a step of what the rule says to do is ticked off.
  await page.keyboard.press("a");
  await page.getByRole("heading", { level: 1 }).locator("..").getByText("Acknowledged").waitFor();
  await page.keyboard.press("m");
  await page.getByText("Demo Admin has it").waitFor();
  const steps = page.getByRole("region", { name: "What to do" });
  await steps.getByRole("checkbox").first().focus();
  await page.keyboard.press("Space");
  await steps.getByText(/1 of \d done/).waitFor();
  await steps.getByRole("checkbox").first().blur();

  // The response: what it would do, then for real, watched to its end.
  await page.keyboard.press("r");
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox", { name: "Search the responses" }).fill("suspend");
  await page.keyboard.press("Enter");
  assert.ok(
    [alert.entity.id, alert.entity.login].includes(await sheet.getByLabel("User").inputValue()),
    "the entity is filled in",
  );
  await sheet.getByText("Suspend user").waitFor();
  const person = () => sandbox(s.demo, "GET", `/users/${alert.entity.login}`);
  await sheet.getByRole("button", { name: "Show what it would do" }).click();
  await sheet.getByText("Shown, not done").waitFor();
  assert.equal((await person()).status, "ACTIVE", "nothing is done before one has said so");
  await sheet.getByRole("button", { name: "Do it for real" }).click();
  await sheet.getByText(/^For real/).waitFor(); // not the button that was pressed
  await sheet.getByText("Succeeded").waitFor();
  assert.equal((await person()).status, "SUSPENDED");
  await sheet.getByRole("button", { name: "Done" }).click();
  await sheet.waitFor({ state: "hidden" });

  // What it did stands with the alert, and has a way back.
  const did = page.getByRole("region", { name: "What they did" });
  await did.getByRole("link", { name: "Suspend user" }).waitFor();
  await did.getByRole("button", { name: "Undo Suspend user" }).waitFor();

  // Closed, with what it was.
  await page.keyboard.press("c");
  await page
    .getByRole("dialog")
    .getByRole("radio", { name: /True positive/ })
    .focus();
  await page.keyboard.press("Space");
  await page.getByRole("dialog").getByLabel("Note").fill("They pressed yes to make it stop.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Closed as true positive").waitFor();
  const trail = page.getByRole("region", { name: "Comments and changes" });
  await trail.getByText("found: true positive").waitFor();
  await trail.getByText("closed it").waitFor();
  const after = await api(s.demo, "GET", `/alerts/${alert.id}`);
  assert.equal(after.state, "closed");
  assert.equal(after.verdict, "true_positive");
});

test("several are worked on at once, and make a case", played, async () => {
  await play(s.demo, "admin_role_granted");
  await raised("Somebody becomes a super admin");
  const page = await s.open("/alerts?q=admin");
  await until("the list", async () => (await page.locator("tbody tr[data-index]").count()) >= 2);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("a");
  await page.getByText("2 alerts acknowledged").waitFor();
  await page.locator("tbody tr[data-index] [role=checkbox]").first().click();
  await page.locator("tbody tr[data-index] [role=checkbox]").nth(1).click();
  await page.getByRole("button", { name: "Case" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/Title of the new case/).fill("An admin that nobody made");
  await dialog.getByRole("button", { name: "Make the case" }).click();
  await page.getByText("2 alerts in case").waitFor();
  await page.goto(`${s.demo.base}/cases`);
  await page.getByRole("link", { name: "An admin that nobody made" }).click();
  await page
    .getByRole("region", { name: "What happened" })
    .getByText("Somebody becomes a super admin")
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("radio", { name: /Benign/ }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByText("Closed as benign").waitFor();
  const [closed] = (await api(s.demo, "GET", "/cases?state=closed")).items;
  const { alertList } = await api(s.demo, "GET", `/cases/${closed.id}`);
  assert.ok(
    alertList.every((a) => a.state === "closed" && a.verdict === "benign"),
    "its alerts are closed with it",
  );
});

test("what is like an alert is hidden, after one has seen what that would have hidden", played, async () => {
  const [alert] = (await api(s.demo, "GET", "/alerts?q=super%20admin")).items;
  const page = await s.open(`/suppressions/new?alert=${alert.id}`);
  await page
    .getByText(/1 of \d+ alerts?/)
    .first()
    .waitFor();
  await page.getByLabel(/Reason/).fill("They are made one on Mondays.");
  await page.getByRole("button", { name: "Suppress", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "They are made one on Mondays." }).waitFor();
  await page.goto(`${s.demo.base}/rules/${alert.rule.id}`);
  await page.getByRole("region", { name: "Exceptions" }).getByText("They are made one on Mondays.").waitFor();
});

test("alerts are narrowed by ATT&CK, and taken along as they are filtered", played, async () => {
  const page = await s.open("/alerts?view=all");
  const rows = page.locator("tbody tr[data-index]");
  await rows.first().waitFor();
  const all = (await api(s.demo, "GET", "/alerts?limit=100")).items;
  const wanted = all.filter((a) => a.tags.some((t) => t.startsWith("attack.t1621")));
  assert.ok(wanted.length > 0 && wanted.length < all.length);
  await page.getByRole("button", { name: "ATT&CK", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: /^T1621 / }).click();
  await page.waitForURL((u) => u.searchParams.get("attack") === "T1621");
  await page.keyboard.press("Escape");
  await until("the list is narrowed", async () => (await rows.count()) === wanted.length);
  await page.reload();
  await page.getByRole("button", { name: /^ATT&CK: T1621/ }).waitFor();
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const lines = (await readFile(await (await file).path(), "utf8")).trim().split("\n");
  assert.equal(lines.length, wanted.length + 1);
  assert.match(lines[0], /^number,createdAt,severity/);
  assert.ok(lines[1].includes(wanted[0].title));
});

test("whoever an alert is about leads to all about them", played, async () => {
  const [alert] = (await api(s.demo, "GET", "/alerts?q=then%20one%20is%20approved&limit=1")).items;
  const page = await s.open(`/alerts/${alert.id}`);
  const chip = page.getByRole("button", { name: `Person ${alert.entity.login}` }).first();
  await chip.click();
  await page.getByRole("dialog").getByRole("link", { name: "Events of this person" }).click();
  await page.waitForURL((u) => u.pathname === "/events" && u.searchParams.get("filter").includes(alert.entity.id));
  await page
    .getByRole("table", { name: "Events" })
    .getByRole("button", { name: `Person ${alert.entity.login}` })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("link", { name: "Alerts about this person" }).click();
  await page.waitForURL((u) => u.pathname === "/alerts" && u.searchParams.get("entity") === alert.entity.id);
  await page.getByRole("link", { name: alert.title }).first().waitFor();
});
