// The events: looked for, counted, read, kept.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { api, play, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const param = (page, name) => new URL(page.url()).searchParams.get(name);
const rows = (page) => page.getByRole("table", { name: "Events" }).locator("tbody tr[data-index]");

/** Something to look for: a report and denied pushes. */
async function life() {
  await play(s.demo, "report_suspicious_activity");
  await play(s.demo, "mfa_fatigue");
  await until("the events", async () => {
    const { items } = await api(s.demo, "GET", "/events?type=user.authentication.auth_via_mfa&limit=100");
    return items.some((e) => e.outcome === "FAILURE") && items.some((e) => e.outcome === "SUCCESS");
  });
  await until("their alert", async () => (await api(s.demo, "GET", "/alerts?limit=10")).items.length > 0);
}

test("events are found, narrowed and looked at closer", { ...played, timeout: 120_000 }, async () => {
  await life();
  const page = await s.open("/events?range=24h", { answers: [400] });
  await rows(page).first().waitFor();

  // A mistake in the filter is shown where it is, and nothing that was typed is lost.
  await page.keyboard.press("/");
  const filter = page.getByRole("combobox", { name: "Filter" });
  await page.keyboard.type('outcome.result eqq "FAILURE"');
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  const wrong = page.getByRole("alert").filter({ hasText: "osition 16" });
  await wrong.waitFor();
  assert.equal(await wrong.locator("mark").textContent(), "eqq");
  assert.equal(await filter.inputValue(), 'outcome.result eqq "FAILURE"');

  // The completion helps to put it right.
  await wrong.getByRole("button", { name: "Go there" }).click();
  await page.keyboard.type('eq "FAI');
  await page.getByRole("option", { name: '"FAILURE"' }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal((await filter.inputValue()).trim(), 'outcome.result eq "FAILURE"');
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await wrong.waitFor({ state: "hidden" });
  await page.waitForURL((u) => u.searchParams.get("filter") === 'outcome.result eq "FAILURE"');
  await until(
    "failures alone",
    async () =>
      (await rows(page).count()) > 0 &&
      !/success/.test(
        await rows(page)
          .allTextContents()
          .then((t) => t.join()),
      ),
  );

  // A facet narrows it further.
  const types = page.getByRole("region", { name: "Type" });
  await types.getByRole("button", { name: /user\.authentication\.auth_via_mfa/ }).click();
  await page.waitForURL(
    (u) =>
      u.searchParams.get("filter") ===
      'outcome.result eq "FAILURE" and eventType eq "user.authentication.auth_via_mfa"',
  );
  assert.match(await filter.inputValue(), /and eventType eq/);

  // The bars look closer, by keys and by the mouse.
  const bars = page.getByRole("slider", { name: "Time of the events" });
  await bars.focus();
  await page.keyboard.press("End");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => u.searchParams.has("since") && !u.searchParams.has("range"));
  const [since, end] = [param(page, "since"), param(page, "until")];
  assert.ok(new Date(since) < new Date(end));
  await page.getByRole("button", { name: "Remove the filter Time" }).click();
  await page.waitForURL((u) => !u.searchParams.has("since"));
  await page.getByRole("combobox", { name: "Time", exact: true }).selectOption("1h");
  await page.waitForURL(/range=1h/);
  const box = await bars.boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL((u) => u.searchParams.has("since"));
  await rows(page).first().waitFor();
});

test("a search is saved, renamed, chosen and deleted", { ...played, timeout: 90_000 }, async () => {
  const page = await s.open('/events?range=30d&filter=severity eq "WARN"');
  const saved = page.getByRole("button", { name: "Saved" });
  await saved.click();
  await page.getByRole("button", { name: "Save this search" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Warnings");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("The search Warnings is saved").waitFor();
  await saved.click();
  await page.getByRole("button", { name: "Change Warnings" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("All warnings");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("The search All warnings is saved").waitFor();
  await page.goto(`${s.demo.base}/events`);
  await saved.click();
  await page.getByRole("button", { name: /^All warnings/ }).click();
  await page.waitForURL(
    (u) => u.searchParams.get("filter") === 'severity eq "WARN"' && u.searchParams.get("range") === "30d",
  );
  await saved.click();
  await page.getByRole("button", { name: "Delete All warnings" }).click();
  await page.getByText("The search All warnings was deleted").waitFor();
  await page.getByText("None yet.").waitFor();
});

test("an event is read, with what is around it, and taken along", { ...played, timeout: 90_000 }, async () => {
  const page = await s.open("/events?range=24h");
  await rows(page).first().waitFor();

  // As a file of lines.
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: /NDJSON/ }).click();
  const lines = (await readFile(await (await file).path(), "utf8")).trim().split("\n");
  assert.ok(lines.length > 5);
  assert.ok(JSON.parse(lines[0]).eventType);

  // By keys to an event.
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.waitForFunction(() => document.activeElement?.getAttribute("data-index") === "0");
  const name = await rows(page).first().getByRole("link").first().getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(s.demo.base + name);
  await page.getByRole("region", { name: "As it came" }).waitFor();

  // What came of a report, and what is around a denied push.
  const { items } = await api(s.demo, "GET", "/events?type=user.authentication.auth_via_mfa&limit=5");
  await page.goto(`${s.demo.base}/events/${items[0].uuid}`);
  const around = page.getByRole("region", { name: "Around it" });
  await around.getByRole("table").locator("tbody tr[data-index]").first().waitFor();
  await around.getByRole("link", { name: "All in Events" }).click();
  await page.waitForURL((u) => u.pathname === "/events" && u.searchParams.has("filter"));
  await rows(page).first().waitFor();
  const reports = await api(s.demo, "GET", "/events?type=user.account.report_suspicious_activity_by_enduser&limit=1");
  await page.goto(`${s.demo.base}/events/${reports.items[0].uuid}`);
  const came = page.getByRole("region", { name: "What came of it" });
  await came.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
  await came
    .getByRole("link", { name: /Somebody reports activity/ })
    .first()
    .waitFor();
});

test("how long events stay is said before it is done", { ...played, timeout: 90_000 }, async () => {
  const page = await s.open("/settings");
  await page.getByRole("link", { name: /Events kept/ }).click();
  await page.getByRole("region", { name: "Stored now" }).waitFor();
  const days = page.getByLabel("Days");
  await days.fill("soon");
  await page.getByRole("alert").waitFor();
  await days.fill("400");
  await page.getByText("Nothing of what is stored now.").waitFor();

  // A demo has nothing that is old, so a server of years answers for it.
  const old = { events: 1_204_000, stay: 12, since: "2020-01-02T03:04:05Z", before: "2026-01-02T03:04:05Z" };
  await page.route("**/api/v1/events/retention/preview?*", (route) => route.fulfill({ json: old }));
  await days.fill("30");
  await page.getByText(/^1,204,000 events, published from .*2020.* to .*2026.*cannot be had back/).waitFor();
  await page.getByText("12 events that are as old stay, because alerts rest on them.").waitFor();
  await page.unroute("**/api/v1/events/retention/preview?*");
  await days.fill("400");
  await page.getByText("Nothing of what is stored now.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("How long events are kept is changed").waitFor();
  await page.reload();
  assert.equal(await days.inputValue(), "400");
});

test("events are found from anywhere", played, async () => {
  const page = await s.open("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("suspicious");
  await page
    .getByRole("option", { name: /User report suspicious activity/ })
    .first()
    .click();
  await page.waitForURL(/\/events\//);
});

test("the events work on a phone", played, async () => {
  const page = await s.phone("/events?range=all");
  await page.getByRole("list", { name: "Events" }).getByRole("listitem").first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "the page does not scroll sideways");
  await page.getByText(/What they have in common/).click();
  await page.getByRole("region", { name: "Outcome" }).getByRole("button").first().click();
  await page.waitForURL(/filter=/);
});
