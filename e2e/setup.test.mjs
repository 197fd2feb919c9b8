// Setting up: templates, connections, tables.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { api, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const template = "Suspicious Activity Reported";

test("a template is found and installed a second time, with connections of its own", played, async () => {
  const page = await s.open("/templates");
  const found = page.getByRole("link", { name: template });
  await found.waitFor();
  const search = page.getByRole("searchbox", { name: "Search templates" });
  await search.fill("nothing is like this");
  await page.getByText("No template fits").waitFor();
  await search.fill("suspicious slack");
  await found.waitFor();
  const { category } = (await api(s.demo, "GET", "/templates")).find((t) => t.title === template);
  await page.getByRole("combobox", { name: "Category" }).selectOption(category);
  await page.waitForURL(/category=/);
  await found.click();
  await page.getByText("It is installed already").waitFor();

  await page.getByLabel("Folder").fill("Second line");
  await page.getByLabel("Okta org").selectOption({ label: "Okta (sandbox)" });
  await page.getByLabel("Where to tell").selectOption({ label: "Teams (sandbox)" });
  await page.getByLabel("Channel").fill("#second");
  await page.getByRole("button", { name: "Install" }).click();
  await page.getByText("Second line is installed").waitFor();
  await page.waitForURL(/\/flows\//);
  await page.getByRole("switch", { name: `${template}: off` }).waitFor();
  await page.getByRole("tab", { name: "Setup" }).click();
  assert.equal(await page.getByLabel("Where to tell").locator("option:checked").innerText(), "Teams (sandbox)");
  await page.locator("#main").getByRole("link", { name: "Second line" }).click();
  await page.getByText("1 flow", { exact: true }).waitFor();
  assert.equal((await api(s.demo, "GET", "/tables")).length, 2, "the copy has a table of its own");
});

test("who follows a link while the search still waits gets there, however slow the page is", played, async () => {
  const page = await s.open("/templates");
  const found = page.getByRole("link", { name: template });
  await found.waitFor();
  await page.route("**/assets/**", async (r) => {
    await new Promise((done) => setTimeout(done, 1_000));
    await r.continue();
  });
  await page.getByRole("searchbox", { name: "Search templates" }).fill("suspicious");
  // The press itself, before the list is narrowed under the hand.
  await found.evaluate((link) => link.click());
  await page.getByRole("heading", { level: 1, name: template }).waitFor();
  assert.match(page.url(), /\/templates\/suspicious_activity_reported$/);
});

test("a connection that does not work says why and keeps what was typed", { ...played, timeout: 90_000 }, async () => {
  const state = await sandbox(s.demo, "GET", "/state");
  const page = await s.open("/connections", { answers: [422, 400, 502] });
  await page
    .getByRole("link", { name: "Add a connection" })
    .or(page.getByRole("button", { name: "Add a connection" }))
    .first()
    .click();
  await page.getByRole("searchbox", { name: "Search systems" }).fill("okta");
  await page.getByRole("button", { name: /^Okta People/ }).click();
  const form = page.getByRole("dialog", { name: "Connect Okta" });
  await form.getByLabel("Name").fill("Okta, second org");
  const way = form.getByLabel("How to sign in");
  await way.selectOption({ label: await way.locator("option", { hasText: /API token/i }).innerText() });
  await form
    .getByLabel(/domain|URL/i)
    .first()
    .fill(state.okta.url);
  await form.getByLabel("API token", { exact: false }).last().fill("wrong-token-of-nobody");
  await form.getByRole("button", { name: "Test and save" }).click();
  await form.getByText("It was not saved, because it does not work.").waitFor();
  await form
    .getByText(/token/i)
    .filter({ hasText: /invalid|refuse|not accepted|401/i })
    .first()
    .waitFor();
  assert.equal(await form.getByLabel("Name").inputValue(), "Okta, second org");
  assert.equal(await form.locator("input[type=password]").inputValue(), "wrong-token-of-nobody");
  assert.ok(!(await api(s.demo, "GET", "/connections")).some((c) => c.name === "Okta, second org"));

  await form.locator("input[type=password]").fill(state.okta.token);
  await form.getByRole("button", { name: "Test and save" }).click();
  await page.getByText("It was tested, and works.").waitFor();
  await page.getByRole("heading", { level: 1, name: "Okta, second org" }).waitFor();
  await page.getByText(/set, last changed/).waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "Change Okta, second org" });
  const secret = change.locator("input[type=password]");
  assert.equal(await secret.inputValue(), "");
  assert.equal(await secret.getAttribute("placeholder"), "Unchanged");
  assert.ok(!(await page.content()).includes(state.okta.token), "the secret is nowhere on the page");
  // Saved again without the secret, it still works.
  await change.getByLabel("Name").fill("Okta, second");
  await change.getByRole("button", { name: "Test and save" }).click();
  await page.getByRole("heading", { level: 1, name: "Okta, second" }).waitFor();
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByText("It works.").waitFor();
  // Nothing uses it: it can go.
  await page.getByRole("button", { name: "Delete the connection" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Okta, second was deleted").waitFor();
});

test("rows are added, found, changed, deleted and brought back; CSV goes out and in", played, async () => {
  const table = await api(s.demo, "POST", "/tables", {
    title: "Watch list",
    columns: [
      { name: "Login", type: "text" },
      { name: "Why", type: "text" },
      { name: "Cases", type: "number" },
    ],
  });
  const page = await s.open(`/tables/${table.id}`);
  const rows = page.getByRole("table", { name: "Rows of Watch list" }).locator("tbody tr");
  await page.getByText("The table is empty").waitFor();

  const add = async (login, why, cases) => {
    await page.getByRole("button", { name: "Add a row" }).first().click();
    const sheet = page.getByRole("dialog", { name: "New row of Watch list" });
    await sheet.getByLabel("Login", { exact: true }).fill(login);
    await sheet.getByLabel("Why", { exact: true }).fill(why);
    await sheet.getByLabel("Cases", { exact: true }).fill("many");
    assert.equal(await sheet.getByRole("button", { name: "Add" }).isDisabled(), true, "many is no number");
    await sheet.getByLabel("Cases", { exact: true }).fill(cases);
    await sheet.getByRole("button", { name: "Add" }).click();
    await sheet.waitFor({ state: "hidden" });
    await rows.filter({ hasText: login }).waitFor();
  };
  await page.getByRole("button", { name: "Add a row" }).first().click();
  const fresh = page.getByRole("dialog", { name: "New row of Watch list" });
  await fresh.getByLabel("Login", { exact: true }).fill("eve@");
  await page.keyboard.press("Escape");
  await fresh.getByText("The row is not added yet.").waitFor();
  await fresh.getByRole("button", { name: "Go on" }).click();
  assert.equal(await fresh.getByLabel("Login", { exact: true }).inputValue(), "eve@");
  await page.keyboard.press("Escape");
  await fresh.getByRole("button", { name: "Throw it away" }).click();
  await fresh.waitFor({ state: "hidden" });
  await add("ada@acme.example", "seen abroad", "3");
  await add("bob@acme.example", "lost phone", "1");
  await page.getByText("2 rows").waitFor();

  await page.getByRole("searchbox", { name: "Search in all columns" }).fill("phone");
  await page.waitForURL(/q=phone/);
  await page.getByText(/^1 row/).waitFor();
  await rows.filter({ hasText: "bob@" }).click();
  const sheet = page.getByRole("dialog", { name: "Row" });
  await sheet.getByLabel("Cases", { exact: true }).fill("2");
  await sheet.getByRole("button", { name: "Save" }).click();
  await rows.filter({ hasText: "bob@" }).getByText("2", { exact: true }).waitFor();
  await page.getByRole("searchbox").fill("");
  await rows.nth(1).waitFor();

  await page.getByRole("checkbox", { name: "Select ada@acme.example" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("1 row deleted").waitFor();
  await rows.filter({ hasText: "ada@" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Bring them back" }).click();
  await rows.filter({ hasText: "ada@" }).waitFor();

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  const csv = await readFile(await file.path(), "utf8");
  assert.match(csv, /Login,Why,Cases/);
  assert.match(csv, /bob@acme\.example,lost phone,2/);

  await page.getByLabel("CSV file").setInputFiles({
    name: "more.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("Login,Cases\ncy@acme.example,7\ndi@acme.example,8\n"),
  });
  await page.getByText("2 rows added").waitFor();
  await rows.filter({ hasText: "di@acme.example" }).waitFor();
  assert.equal(
    (await until("four rows", async () => (await api(s.demo, "GET", `/tables/${table.id}/rows`)).items)).length,
    4,
  );
});

test("a CSV that does not fit adds nothing and says where it is wrong", played, async () => {
  const table = await api(s.demo, "POST", "/tables", { title: "Odd", columns: [{ name: "N", type: "number" }] });
  const page = await s.open(`/tables/${table.id}`, { answers: [400, 422] });
  await page.getByText("The table is empty").waitFor();
  await page
    .getByLabel("CSV file")
    .setInputFiles({ name: "odd.csv", mimeType: "text/csv", buffer: Buffer.from("N\n1\nx\n") });
  await page.getByText("No row was added").waitFor();
  await page
    .getByText(/line 3|row 2|line 2/i)
    .first()
    .waitFor();
  await page.getByText("The table is empty").waitFor();
});
