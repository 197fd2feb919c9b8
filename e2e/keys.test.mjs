// Everything without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const focused = (page) => page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("data-index"));

test("? shows the keys, and g with a letter goes places", played, async () => {
  const page = await s.open("/");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await keys.getByText("Find pages, flows and actions").waitFor();
  await keys.getByText("Switch times between my zone and UTC").waitFor();
  await page.keyboard.press("Escape");
  await keys.waitFor({ state: "hidden" });
  for (const [key, title] of [
    ["f", "Flows"],
    ["r", "Runs"],
    ["t", "Tables"],
    ["c", "Connections"],
    ["m", "Templates"],
    ["l", "Catalogue"],
    ["a", "Alerts"],
    ["y", "Actions"],
    ["k", "Cases"],
    ["e", "Events"],
    ["d", "Rules"],
    ["x", "Suppressions"],
    ["n", "Alert sources"],
    ["h", "Rehearse"],
    ["s", "Settings"],
    ["o", "Overview"],
  ]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
});

test("the palette finds pages and flows by name", played, async () => {
  const page = await s.open("/");
  const find = async (text) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Find" }).getByRole("combobox").fill(text);
  };
  await find("guard");
  await page
    .getByRole("option", { name: /Guard policy/ })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Guard policy" }).waitFor();
  await find("suspicious");
  await page
    .getByRole("option", { name: /Suspicious Activity Reported/ })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/flows\//);
  await find("no such thing");
  await page.getByRole("option", { name: /^Look for .* in the events/ }).waitFor();
  await page.keyboard.press("Escape");
});

test("the catalogue is searched and read without a mouse", played, async () => {
  const page = await s.open("/catalogue");
  await page.getByRole("row").nth(2).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("string:trim");
  await page.getByText(/^1 of \d{3}/).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox").fill("send message slack");
  await page.getByRole("cell", { name: "Slack" }).first().waitFor();
  await until("the search is over", async () => !(await page.getByRole("row", { name: /Trim/ }).count()));
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("j");
  await until("the first row", async () => (await focused(page)) === "0");
  await page.keyboard.press("Enter");
  await page.waitForURL(/open=\w+\./);
  const sheet = page.getByRole("dialog");
  await sheet.getByText("Inputs", { exact: true }).waitFor();
  await sheet.getByText(/^- use: CONNECTION\./).waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
});

test("j and k move in a list, Enter opens, and nothing happens while one types", played, async () => {
  for (const name of ["report_suspicious_activity", "report_suspicious_activity"]) await play(s.demo, name);
  await until("two runs", async () => (await api(s.demo, "GET", "/runs")).items.length === 2);
  const page = await s.open("/runs");
  await page.getByRole("row").nth(2).waitFor();
  for (const [key, row] of [
    ["j", "0"],
    ["j", "1"],
    ["j", "1"],
    ["k", "0"],
  ]) {
    await page.keyboard.press(key);
    await until(`row ${row}`, async () => (await focused(page)) === row);
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/\w+/);
  await page.getByText("Choose a card to see its data").waitFor();
  await page.keyboard.press("v");
  await page.waitForURL(/view=list/);

  await page.goto(`${s.demo.base}/flows`);
  await page.getByRole("row").nth(1).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("gfjku?");
  assert.equal(await page.getByRole("searchbox", { name: "Search flows" }).inputValue(), "gfjku?");
  assert.equal(new URL(page.url()).pathname, "/flows");
});

test("u switches times to UTC and back", played, async () => {
  const page = await s.open("/");
  const [run] = (await api(s.demo, "GET", "/runs")).items;
  const clock = (zone) => new Date(run.createdAt).toLocaleTimeString("en-GB", { timeZone: zone });
  await page.getByText(clock("America/New_York")).first().waitFor();
  await page.keyboard.press("u");
  await page.getByText(clock("UTC")).first().waitFor();
  await page.reload();
  await page.getByText(clock("UTC")).first().waitFor();
  await page.keyboard.press("u");
  await page.getByText(clock("America/New_York")).first().waitFor();
});
