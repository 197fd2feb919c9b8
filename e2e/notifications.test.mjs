// People are told of alerts: channels are made, tried out, quiet, broken, mended
// and deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const long = { ...played, timeout: 120_000 };
const row = (page, name) =>
  page
    .getByRole("table", { name: "Channels" })
    .locator("tbody tr[data-index]")
    .filter({ has: page.getByRole("button", { name, exact: true }) });
const lately = (page) => page.getByRole("dialog").getByRole("list", { name: "Told lately" });

/** The messages of the simulated Slack that have a text in them. */
const slack = async (text) =>
  (await sandbox(s.demo, "GET", "/slack")).filter((m) => `${m.text} ${JSON.stringify(m.blocks)}`.includes(text));

async function connection(kind) {
  return (await api(s.demo, "GET", "/connections")).find((c) => c.connector.id === kind).id;
}

async function more(page, name, item) {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("a channel is made, tried out, and tells of an alert", long, async () => {
  const page = await s.open("/settings");
  await page.getByRole("link", { name: /^Notifications/ }).click();
  await page.getByText("Nobody is told of anything yet").waitFor();
  await page.getByRole("button", { name: "New channel" }).click();
  const dialog = page.getByRole("dialog");
  const save = dialog.getByRole("button", { name: "Save the channel" });

  // What is missing or wrong is said before it is sent.
  await dialog.getByText("It wants a name.").waitFor();
  await dialog.getByLabel("Name").fill("SOC");
  await dialog.getByRole("combobox", { name: "Connection" }).selectOption(await connection("slack"));
  await dialog.getByText("Say where in the connection.").waitFor();
  await dialog.getByLabel("Channel").fill("security");
  await dialog.getByRole("alert").waitFor();
  assert.equal(await save.isDisabled(), true);
  await dialog.getByLabel("Channel").fill("#security");
  await dialog.getByRole("combobox", { name: "Severity of alerts, at least" }).selectOption("low");
  await save.click();
  await page.getByText("The channel SOC was saved").waitFor();

  await more(page, "SOC", "Send a test");
  await page.getByText("A test was sent to SOC").waitFor();
  assert.equal((await slack("Test of notifications")).length, 1);

  await play(s.demo, "mfa_fatigue");
  const title = "Pushes are rejected, then one is approved";
  await until("Slack is told", async () => (await slack(title)).length === 1);
  await row(page, "SOC").getByRole("button", { name: "SOC", exact: true }).click();
  const told = lately(page).getByRole("listitem").filter({ hasText: title });
  await told.getByText("Sent").waitFor();
  await told.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
});

test("mail wants addresses", long, async () => {
  const page = await s.open("/settings/notifications");
  await page.getByRole("button", { name: "New channel" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("By mail");
  await dialog.getByRole("combobox", { name: "Connection" }).selectOption(await connection("mail"));
  await dialog.getByLabel("Addresses").fill("soc@acme.example, chief");
  await dialog.getByRole("alert").filter({ hasText: "chief is no mail address" }).waitFor();
  await dialog.getByLabel("Addresses").fill("soc@acme.example, chief@acme.example");
  await page.keyboard.press("Enter");
  await page.getByText("The channel By mail was saved").waitFor();
  await more(page, "By mail", "Send a test");
  await page.getByText("A test was sent to By mail").waitFor();
  const mails = await sandbox(s.demo, "GET", "/mail?to=chief@acme.example");
  assert.equal(mails.length, 1);
  assert.match(mails[0].subject, /Test of notifications/);
});

test("a channel that fails says why, and is tried again", long, async () => {
  await sandbox(s.demo, "POST", "/faults", {
    service: "slack",
    path: "chat.postMessage",
    kind: "status",
    status: 503,
    count: 0,
  });
  const page = await s.open("/settings/notifications");
  await more(page, "SOC", "Send a test");
  await page.getByText("The test of SOC did not go out").waitFor();
  await row(page, "SOC").getByText("503").waitFor();

  await play(s.demo, "admin_role_granted");
  await row(page, "SOC").getByRole("button", { name: "SOC", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByText("The last message did not go out").waitFor();
  await lately(page).getByText("Tried again soon").first().waitFor();
  await sandbox(s.demo, "DELETE", "/faults");
  await sheet.getByText("The last message did not go out").waitFor({ state: "hidden", timeout: 60_000 });
  await lately(page).getByText("Tried again soon").first().waitFor({ state: "hidden", timeout: 60_000 });
  await lately(page)
    .getByText(/\d+ attempts/)
    .first()
    .waitFor();
  assert.ok((await slack("super admin")).length > 0);
});

test("quiet hours hold back, and a channel is deleted", long, async () => {
  const page = await s.open("/settings/notifications", { answers: [400] });
  await more(page, "SOC", "Edit");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "Hold messages back at certain times" }).check();
  await dialog.getByLabel("From", { exact: true }).fill("00:00");
  await dialog.getByLabel("To", { exact: true }).fill("00:00");
  await dialog.getByLabel("Time zone").fill("Nowhere/Land");
  await dialog.getByRole("checkbox", { name: "Critical alerts go through" }).uncheck();
  await dialog.getByText("Every day for 24 hours from 00:00").waitFor();
  const answer = page.waitForResponse((r) => r.request().method() === "PUT");
  await dialog.getByRole("button", { name: "Save the channel" }).click();
  assert.equal((await answer).status(), 400);
  await dialog.getByRole("alert").filter({ hasText: "Nowhere/Land" }).waitFor();
  await dialog.getByLabel("Time zone").fill("Europe/Berlin");
  await dialog.getByRole("button", { name: "Save the channel" }).click();
  await row(page, "SOC").getByText("quiet now").waitFor();

  await play(s.demo, "password_spray");
  await row(page, "SOC")
    .getByText(/\d+ waiting/)
    .first()
    .waitFor();
  await row(page, "SOC").getByRole("button", { name: "SOC", exact: true }).click();
  await lately(page).getByText("Held back").first().waitFor();
  await page.keyboard.press("Escape");

  await more(page, "SOC", "Delete");
  await page.getByRole("dialog").getByText("What it has not sent yet is not sent.").waitFor();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("The channel SOC was deleted").waitFor();
  await row(page, "SOC").waitFor({ state: "hidden" });
});

test("notifications work on a phone", played, async () => {
  const page = await s.phone("/settings/notifications");
  await page.getByRole("button", { name: "By mail", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "Hold messages back at certain times" }).check();
  await dialog.getByText("Every day from 22:00").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "the page does not scroll sideways");
});
