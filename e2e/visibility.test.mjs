// An org that is connected is read, looked at, and asked who can become its
// super administrator.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const slow = { ...played, timeout: 180_000 };

test("an org is read, and somebody in it found with all that is known of them", slow, async () => {
  const page = await s.open("/visibility");
  const unread = page.getByRole("region", { name: "Connected, and not read yet" });
  await unread
    .getByRole("button", { name: /Read the org of/ })
    .first()
    .click();
  await page.waitForURL(/\/visibility\/.+/);
  await page.getByRole("region", { name: "How much is seen" }).waitFor({ timeout: 120_000 });
  const [tenant] = await api(s.demo, "GET", "/tenants");
  assert.equal(tenant.sync.state, "done");

  // The people, narrowed to one by keyboard.
  await page.getByRole("tab", { name: "Inventory" }).click();
  await page.keyboard.press("/");
  await page.keyboard.type("security.lead");
  await page.waitForURL(/q=security/);
  await page.getByRole("link", { name: /security\.lead@/ }).click();
  await page.getByRole("heading", { level: 1, name: /security\.lead@/ }).waitFor();
  await page.getByRole("region", { name: "Facts" }).getByText("Login").waitFor();

  // What they have to do with, and the way on from there.
  await page.getByRole("tab", { name: "Relations" }).click();
  const groups = page.getByRole("region", { name: "Member of" });
  await groups.getByRole("link", { name: /Super admins/ }).click();
  await page.getByRole("heading", { level: 1, name: "Super admins" }).waitFor();
});

test("a way to super administrator opens step by step, and says what would take it away", slow, async () => {
  const page = await s.open("/access");
  await page.getByRole("link", { name: /SIEM connector/ }).click();
  await page.getByText(/Can become super administrator in \d steps/).waitFor();
  const picture = page.getByRole("region", { name: "The paths as a picture" });
  await page.getByRole("button", { name: "Fold" }).click();
  assert.equal(await picture.locator("[data-node]").count(), 2);
  await picture.locator("[data-node]").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await picture.getByText("Super admins").waitFor();
  await picture
    .getByRole("button", { name: /gives its members .*: why/ })
    .or(picture.getByRole("button", { name: /is a member of Super admins: why/ }))
    .first()
    .click();
  const chosen = page.getByRole("region", { name: "The chosen step" });
  await chosen.getByText(/is a member of group/).waitFor();
  await chosen.getByRole("button", { name: "What would that do?" }).click();
  await chosen.getByText(/would be left/).waitFor();
});
