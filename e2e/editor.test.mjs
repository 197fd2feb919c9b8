// The editor: the Suspicious Activity flow is built on an empty canvas, by mouse
// and again by keyboard alone, and does what our own template does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, until } from "./demo.mjs";
import { byKeyboard, byMouse } from "./hands.mjs";
import { played, stage } from "./stage.mjs";
import { built, meaning, suspicious } from "./suspicious.mjs";

const s = stage();
const long = { ...played, timeout: 240_000 };
const flows = () => api(s.demo, "GET", "/flows");
const flowOf = async (title) => (await flows()).find((f) => f.title === title);
const detailOf = async (title) => api(s.demo, "GET", `/flows/${(await flowOf(title)).id}`);

/** What is built means what our template means, and runs when somebody reports suspicious activity. */
async function proven(title) {
  const template = await detailOf("Suspicious Activity Reported");
  const own = await detailOf(title);
  assert.deepEqual(meaning(own.definition), meaning(template.definition));
  await play(s.demo, "report_suspicious_activity");
  const run = await until(
    "the run",
    async () => (await api(s.demo, "GET", `/runs?flow=${own.id}`)).items.find((r) => r.endedAt),
    30_000,
  );
  assert.equal(run.state, "succeeded", JSON.stringify(run));
  const detail = await api(s.demo, "GET", `/runs/${run.id}`);
  const done = Object.fromEntries(detail.steps.items.map((x) => [x.card, x.state]));
  for (const card of ["clear_sessions", "reset_password", "record", "tell"]) assert.equal(done[card], "done", card);
}

test("the Suspicious Activity flow is built by mouse, published, and runs", long, async () => {
  const page = await s.open("/flows");
  const hands = byMouse(page);
  await built(hands, "Suspicious by mouse");
  await proven("Suspicious by mouse");
});

test("and by keyboard alone", long, async () => {
  const page = await s.open("/flows");
  const hands = byKeyboard(page);
  await built(hands, "Suspicious by keyboard");
  await proven("Suspicious by keyboard");
  assert.equal(hands.pressed(), 0, "the mouse was used");
});

test("picture and YAML are one text: either changes the other, and what was done is undone", played, async () => {
  const page = await s.open(`/flows/${(await flowOf("Suspicious Activity Reported")).id}/edit`);
  const yaml = page.getByRole("textbox", { name: "YAML of the flow" });
  await page.locator('[data-card="link"]').click();
  await page.getByRole("button", { name: "YAML" }).click();
  const before = await yaml.inputValue();
  const fields = page.getByRole("complementary", { name: "What is chosen" });
  await fields.getByRole("textbox", { name: "Card id" }).fill("page");
  await fields.getByRole("textbox", { name: "Card id" }).press("Enter");
  await until("the references", async () => (await yaml.inputValue()).includes("System Log: {{ page.text }}"));
  assert.ok((await yaml.inputValue()).includes("# The person is told"), "comments stay");
  await yaml.fill((await yaml.inputValue()).replace("title: Link to the event", "title: Link"));
  await page.locator('[data-card="page"]').getByText("Link", { exact: true }).waitFor();
  await yaml.fill(`${await yaml.inputValue()}\n  - [`);
  await page.getByText("The YAML cannot be read").waitFor();
  await page.locator('[data-card="page"]').waitFor();
  for (let i = 0; i < 4 && (await yaml.inputValue()) !== before; i++)
    await page.getByRole("button", { name: "Undo" }).click();
  assert.equal(await yaml.inputValue(), before);
  await page.locator('[data-card="link"]').waitFor();
});

test("what is wrong stands on its card while one edits", played, async () => {
  const page = await s.open(`/flows/${(await flowOf("Suspicious Activity Reported")).id}/edit`);
  await page.locator('[data-card="details"]').click();
  const fields = page.getByRole("complementary", { name: "What is chosen" });
  await fields.getByRole("textbox", { name: /^text/i }).fill("{{ nobody.name }}");
  await fields.getByText(/nobody.name refers to nothing/).waitFor();
  await page.getByRole("button", { name: /problems?$/ }).waitFor();
  await page
    .locator('[data-card="details"]')
    .getByLabel(/refers to nothing/)
    .waitFor();
  await page.getByTitle("The flow itself").click();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Publish/ });
  await dialog
    .getByRole("button", { name: /: text$/i })
    .first()
    .click();
  await page.locator('[data-card="details"][aria-pressed="true"]').waitFor();
});

/** The fewest lines that the picture had while something was done. */
async function fewestLines(page, doing) {
  await page.evaluate(() => {
    const count = () => document.querySelectorAll(".react-flow__edge").length;
    window.fewest = count();
    window.watcher = new MutationObserver(() => {
      window.fewest = Math.min(window.fewest, count());
    });
    window.watcher.observe(document.querySelector(".react-flow"), { childList: true, subtree: true });
  });
  await doing();
  return page.evaluate(() => {
    window.watcher.disconnect();
    return window.fewest;
  });
}

test("the picture keeps its lines while one types, and when a card is tried", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const page = await s.open(`/flows/${id}/edit`);
  await page.locator('[data-card="link"]').click();
  const lines = () => page.locator(".react-flow__edge").count();
  await until("the lines", async () => (await lines()) > 5);
  const all = await lines();
  const fewest = await fewestLines(page, async () => {
    const fields = page.getByRole("complementary", { name: "What is chosen" });
    await fields.getByRole("textbox", { name: "Card title" }).pressSequentially(" here");
    await page.locator('[data-card="link"]').getByText("here").waitFor();
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByRole("region", { name: "output" }).waitFor();
    await page.getByText("Draft saved").waitFor();
  });
  assert.equal(fewest, all);
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: "" });
});

test("a reference is typed: nothing of it is lost, and it can be chosen on the way", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const page = await s.open(`/flows/${id}/edit`);
  await page.locator('[data-card="details"]').click();
  const field = page.getByRole("complementary", { name: "What is chosen" }).getByRole("textbox", { name: /^text/i });
  const offered = page.getByRole("listbox", { name: "Values" });
  await field.fill("");
  for (const typed of [
    "User {{ item.profile.login }} is active",
    "{{link.text}}",
    "a {{ nobody knows",
    "{{ x | upper }}{{",
  ]) {
    await field.fill("");
    await field.pressSequentially(typed);
    assert.equal(await field.inputValue(), typed);
  }
  await offered.waitFor();
  await page.keyboard.press("Escape");
  await offered.waitFor({ state: "detached" });
  assert.ok(await field.evaluate((e) => e === document.activeElement), "the field keeps the focus");
  assert.equal(await field.inputValue(), "{{ x | upper }}{{");
  await field.fill("");
  await field.pressSequentially("By {{ event.act");
  await offered.getByRole("option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  const second = await offered.getByRole("option", { selected: true }).locator(".font-mono").textContent();
  await page.keyboard.press("Enter");
  await field.pressSequentially(".");
  assert.equal(await field.inputValue(), `By {{ ${second} }}.`);
  await field.pressSequentially(" {{ link.te");
  await offered.getByRole("option").first().click();
  assert.equal(await field.inputValue(), `By {{ ${second} }}. {{ link.text }}`);
  await page.getByText("Draft saved").waitFor();
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: "" });
});

test("a draft is kept again after a failure, and dropped after one has seen what is lost", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: "" });
  const page = await s.open(`/flows/${id}/edit`, { answers: [503] });
  await page.getByText("As published", { exact: true }).waitFor();
  await page.locator('[data-card="link"]').click();
  let failed = 0;
  await page.route("**/draft", (r) => (failed++ ? r.continue() : r.fulfill({ status: 503, body: "" })));
  const title = page
    .getByRole("complementary", { name: "What is chosen" })
    .getByRole("textbox", { name: "Card title" });
  await title.fill("Not for long");
  await page.getByText("Not saved:").waitFor();
  await page.getByText("Draft saved").waitFor();
  const drop = page.getByRole("button", { name: "Drop the draft" });
  const dialog = page.getByRole("dialog", { name: "Drop the draft" });
  await drop.click();
  await dialog.getByText("title: Not for long").waitFor();
  await dialog.getByRole("button", { name: "Drop the draft" }).click();
  await page.getByText("As published", { exact: true }).waitFor();
  assert.equal((await api(s.demo, "GET", `/flows/${id}`)).draft, false);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByText("Draft saved").waitFor();
  await page.goto(`${s.demo.base}/flows/${id}`);
  await page.getByText("Draft", { exact: true }).waitFor();
  await drop.click();
  await dialog.getByText("title: Not for long").waitFor();
  await dialog.getByRole("button", { name: "Drop the draft" }).click();
  await page.getByText("The draft is dropped").waitFor();
  assert.equal((await api(s.demo, "GET", `/flows/${id}`)).draft, false);
});

test(
  "in a narrow window one side folds away for the other, and no card is wider than the picture",
  played,
  async () => {
    const { id } = await flowOf("Suspicious Activity Reported");
    const page = await s.open(`/flows/${id}/edit`, { viewport: { width: 1024, height: 768 } });
    const picture = page.locator(".react-flow");
    const fields = page.getByRole("complementary", { name: "What is chosen" });
    const card = page.locator('[data-card="link"]');
    const fits = async () => (await card.boundingBox()).width <= (await picture.boundingBox()).width;
    await card.click();
    await fields.getByRole("textbox", { name: "Card title" }).waitFor();
    assert.ok((await picture.boundingBox()).width > 330, "room for a card");
    for (const side of ["Values", "YAML"]) {
      await page.getByRole("button", { name: side, exact: true }).click();
      await fields.waitFor({ state: "detached" });
      await until("a card that fits", fits);
    }
    await page.getByRole("button", { name: "Fields" }).click();
    await fields.waitFor();
    await page.getByRole("textbox", { name: "YAML of the flow" }).waitFor({ state: "detached" });
    await page.setViewportSize({ width: 700, height: 768 });
    await until("a card that fits", fits);
  },
);

test("a draft that somebody else has changed is not written over unasked", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const page = await s.open(`/flows/${id}/edit`, { answers: [409] });
  await page.locator('[data-card="link"]').click();
  const { yaml } = await api(s.demo, "GET", `/flows/${id}`);
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: yaml.replace("title: Link to the event", "title: Theirs") });
  const fields = page.getByRole("complementary", { name: "What is chosen" });
  await fields.getByRole("textbox", { name: "Card title" }).fill("Mine");
  const dialog = page.getByRole("dialog", { name: "Somebody else has changed the flow" });
  await dialog.getByText("title: Theirs").waitFor();
  assert.match((await api(s.demo, "GET", `/flows/${id}`)).draftYaml, /title: Theirs/);
  await dialog.getByRole("button", { name: "Take theirs, drop mine" }).click();
  await page.locator('[data-card="link"]').getByText("Theirs").waitFor();
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: "" });
});

test("a card is tried out on the data of a run: a function for real, a change only shown", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  await play(s.demo, "report_suspicious_activity");
  await until("a run", async () => (await api(s.demo, "GET", `/runs?flow=${id}`)).items.some((r) => r.endedAt));
  const page = await s.open(`/flows/${id}/edit`);
  await page.locator('[data-card="link"]').click();
  await page.getByText("With the data of the").waitFor();
  await page.getByRole("button", { name: "Try it" }).click();
  await page
    .getByRole("region", { name: "output" })
    .getByText(/report\/system_log_2\?search=/)
    .waitFor();
  await page.locator('[data-card="clear_sessions"]').click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText("It would be sent; nothing was changed.").waitFor();
  await page.getByRole("region", { name: "what it would send" }).getByText("DELETE").waitFor();
});

test("a card is tried out on data of one's own", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const page = await s.open(`/flows/${id}/edit`);
  await page.locator('[data-card="link"]').click();
  const card = page.getByRole("region", { name: "Try it out" });
  await card.getByRole("button", { name: "Use my own data" }).click();
  const fields = card.getByRole("textbox");
  for (let i = 0; i < (await fields.count()); i++) await fields.nth(i).fill("made-up-by-me");
  await card.getByRole("button", { name: "Try it", exact: true }).click();
  await card.getByRole("heading", { name: "Output" }).waitFor();
  await card
    .getByRole("region", { name: "output" })
    .getByText(/made-up-by-me/)
    .waitFor();
});

test("a version shows what it changed, and one goes back to it", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const { yaml } = await api(s.demo, "GET", `/flows/${id}`);
  await api(s.demo, "PUT", `/flows/${id}/draft`, {
    yaml: yaml.replace("title: Link to the event", "title: Another link"),
  });
  await api(s.demo, "POST", `/flows/${id}/publish`, { note: "another title" });
  const page = await s.open(`/flows/${id}?tab=versions`);
  await page.getByRole("button", { name: "Changes of version 2" }).click();
  const second = page.getByRole("dialog", { name: "Version 2" });
  await second.getByText("title: Another link").waitFor();
  await second.getByText("title: Link to the event").waitFor();
  await second.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Changes of version 1" }).click();
  await page.getByRole("dialog", { name: "Version 1" }).getByRole("button", { name: "Go back to it" }).click();
  await page.getByText("Version 3 is published").waitFor();
  assert.equal((await api(s.demo, "GET", `/flows/${id}`)).yaml, yaml);
});

test("cards are moved, copied, deleted and put back by keys and by dragging", played, async () => {
  const { id } = await flowOf("Suspicious Activity Reported");
  const page = await s.open(`/flows/${id}/edit`);
  const order = () =>
    page.evaluate(() => [...document.querySelectorAll("[data-card]")].map((e) => e.getAttribute("data-card")));
  await page.locator('[data-card="link"]').click();
  const before = await order();
  await page.keyboard.press("J");
  await until("the move", async () => (await order()).indexOf("link") > (await order()).indexOf("details"));
  await page.keyboard.press("K");
  await until("the move back", async () => String(await order()) === String(before));
  await page.keyboard.press("d");
  await page.locator('[data-card="link_2"]').waitFor();
  await page.keyboard.press("Delete");
  await page.locator('[data-card="link_2"]').waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  await page.locator('[data-card="link_2"]').waitFor();
  await page.keyboard.press("Control+z");
  await page.locator('[data-card="link_2"]').waitFor({ state: "detached" });
  // Dragged to the place before the first card.
  await page.locator('[data-card="link"]').dragTo(page.locator('[data-slot="cards+0"]'));
  await until("the first place", async () => (await order())[1] === "link");
  await page.getByRole("button", { name: "Undo" }).click();
  await until("the old order", async () => String(await order()) === String(before));
  await page.getByText(/^(Draft saved|As published)$/).waitFor();
  await api(s.demo, "PUT", `/flows/${id}/draft`, { yaml: "" });
});
