// What a rule would have found in the stored events: begun on the rule's page,
// watched, and read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();

test("a rule is held against the stored events, with an exception and without", {
  ...played,
  timeout: 90_000,
}, async () => {
  await play(s.demo, "mfa_fatigue");
  const title = "Pushes are rejected, then one is approved";
  const alert = await until("the alert", async () =>
    (await api(s.demo, "GET", "/alerts?limit=100")).items.find((a) => a.title === title),
  );
  const page = await s.open(`/rules/${alert.rule.id}`, { answers: [400] });
  const panel = page.getByRole("region", { name: "Backtest" });
  const begin = panel.getByRole("button", { name: "Test", exact: true });

  // Begun, and read.
  await panel.getByLabel("Over").selectOption("24h");
  await begin.click();
  await panel.getByText("done", { exact: true }).waitFor();
  await panel
    .locator("strong")
    .getByText(/^[1-9]\d* hits?, 1 alert$/)
    .waitFor();
  await panel.getByText(alert.entity.login).first().waitFor();
  assert.equal(
    (await api(s.demo, "GET", "/alerts?limit=100")).items.filter((a) => a.title === title).length,
    1,
    "no alert is raised by it",
  );

  // An exception that cannot be read is told of; one that fits takes the hits away.
  await panel.getByLabel("With an exception").fill("entity.login ==");
  await begin.click();
  await panel.getByText("The backtest was not begun.").waitFor();
  await panel.getByLabel("With an exception").fill(`entity.login == "${alert.entity.login}"`);
  await begin.click();
  await panel.locator("strong").getByText("0 hits, 0 alerts").waitFor();
  await panel.getByText("Only with the published version").waitFor();

  // While it runs, it says how far it is. A demo's events are looked through in no
  // time, so the answer is made to say what it says of many.
  const [test] = await api(s.demo, "GET", `/backtests?rule=${alert.rule.id}`);
  await page.route(`**/api/v1/backtests/${test.id}`, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    await route.fulfill({
      json: { ...json, state: "running", done: 250_000, total: 1_000_000, eventsPerSecond: 125_000, secondsLeft: 30 },
    });
  });
  await page.reload();
  await panel.getByText("250,000 of 1,000,000 events, 125,000 a second, about 30 s left").waitFor();
  assert.equal(await panel.getByRole("progressbar", { name: "Events looked at" }).getAttribute("value"), "250000");
  await panel.getByRole("button", { name: "Cancel" }).waitFor();
  await page.unroute(`**/api/v1/backtests/${test.id}`);
  await page.reload();
  await panel.locator("strong").getByText("0 hits, 0 alerts").waitFor();
});
