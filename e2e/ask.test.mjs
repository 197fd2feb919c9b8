// An org that is read is asked about in SQL: a question that comes with the
// product, one of one's own, a mistake, and one that is kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const slow = { ...played, timeout: 180_000 };

test("a question is chosen, changed, mended and kept", slow, async () => {
  const first = await s.open("/visibility");
  await first
    .getByRole("region", { name: "Connected, and not read yet" })
    .getByRole("button", { name: /Read the org of/ })
    .first()
    .click();
  await first.waitForURL(/\/visibility\/.+/);
  await first.getByRole("region", { name: "How much is seen" }).waitFor({ timeout: 120_000 });

  const page = await s.open("/ask", { answers: [400] }); // the mistake
  await page.getByRole("button", { name: /Super admins, with their last sign-in/ }).click();
  const answer = page.getByRole("region", { name: "Answer" });
  await answer.getByRole("columnheader", { name: "login", exact: true }).waitFor();
  await answer.getByRole("columnheader", { name: "login", exact: true }).getByRole("button").click();
  assert.equal(
    await answer.getByRole("columnheader", { name: "login", exact: true }).getAttribute("aria-sort"),
    "ascending",
  );
  const download = page.waitForEvent("download");
  await answer.getByRole("button", { name: "CSV" }).click();
  assert.equal((await download).suggestedFilename(), "super-admins.csv");

  // A mistake is told with its place, and by Ctrl+Enter what was mended is run.
  const text = page.getByRole("textbox", { name: "Question in SQL" });
  await text.fill("SELECT count(*) AS people\nFROM peple");
  await text.press("Control+Enter");
  await answer.getByText(/did you mean "people"/).waitFor();
  await text.fill("SELECT count(*) AS people\nFROM people");
  await text.press("Control+Enter");
  await answer.getByText(/1 row in/).waitFor();

  await page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("How many people");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: /How many people/ }).waitFor();
  const kept = (await api(s.demo, "GET", "/questions")).items;
  assert.equal(kept[0].name, "how-many-people");
  assert.equal(kept[0].sql, "SELECT count(*) AS people\nFROM people");
});
