// An organization writes a rule of its own: from an example or a copy, with its
// mistakes found while it is typed, tested, published, and seen to alert.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, play, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();

const ready = (page) => page.getByText("It can be published").waitFor();

/** Begins a rule on the page for it, and waits until it is checked. */
async function begin(page, title) {
  if (title) await page.getByLabel(/^Title/).fill(title);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.waitForURL(/\/rules\/files\//);
  await page.getByRole("textbox", { name: "Text of the rule" }).waitFor();
}

/** Puts something else in the place of a part of a text, as if it was typed. */
async function replace(box, from, to) {
  await box.evaluate(
    (t, [a, b]) => {
      const at = t.value.indexOf(a);
      if (at < 0) throw new Error(`there is no ${a}`);
      t.focus();
      t.setSelectionRange(at, at + a.length);
      document.execCommand("insertText", false, b);
    },
    [from, to],
  );
}

test("a rule is written, repaired, tested, published, and alerts", played, async () => {
  await play(s.demo, "admin_role_granted");
  await until("the first alert", async () => (await api(s.demo, "GET", "/alerts?limit=100")).items.length > 0);
  const page = await s.open("/rules");
  await page.getByRole("link", { name: "New rule" }).click();
  await page.getByRole("radio", { name: /Sigma rule/ }).check();
  await begin(page, "Roles are granted here");
  const text = page.getByRole("textbox", { name: "Text of the rule" });
  const problems = page.getByRole("region", { name: "Problems" });
  const cases = page.getByRole("region", { name: "Cases", exact: true });
  await ready(page);
  await cases.getByText("3 of 3 as they should be").waitFor();

  // It is changed into one about roles, with a mistake: the condition names nothing.
  await replace(text, "    eventType: system.api_token.create", "    eventType: user.account.privilege.grant");
  await cases.getByText("2 of 3 as they should be").waitFor();
  await replace(text, "condition: created and not team", "condition: granted and not team");
  const problem = problems.getByRole("button", { name: /granted/ });
  await problem.waitFor();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("dialog").getByText("It cannot be published yet").waitFor();
  await page.keyboard.press("Escape");

  // The problem leads to its line, where it is repaired.
  await problem.click();
  const line = await text.evaluate((t) => t.value.slice(t.selectionStart, t.selectionEnd));
  assert.ok(/condition|detection/.test(line), `it leads to ${line}`);
  await replace(text, "condition: granted and not team", "condition: created and not team");
  await problems.getByText("Nothing is wrong with the text.").waitFor();

  // The case that does not hold leads to the cases; they are put right.
  await cases.getByRole("button", { name: /somebody else/ }).click();
  const given = page.getByRole("textbox", { name: "Text of the cases" });
  await given.waitFor();
  await replace(given, "eventType: system.api_token.create", "eventType: user.account.privilege.grant");
  await cases.getByText("3 of 3 as they should be").waitFor();
  await ready(page);

  // On a stored event it fires, and on a pasted one it says why it does not.
  await page.getByRole("tab", { name: "Try" }).click();
  await page.getByRole("combobox", { name: "A stored event" }).click();
  await page.getByPlaceholder("Type to search").fill("privilege");
  await page
    .getByRole("option", { name: /user\.account\.privilege\.grant/ })
    .first()
    .click();
  const event = page.getByRole("textbox", { name: "Event", exact: true });
  await until("the event", async () => (await event.inputValue()).includes("user.account.privilege.grant"));
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText(/It fires/).waitFor();
  await event.fill('{ "eventType": "user.session.start" }');
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText("It does not fire.").waitFor();

  // What it would have found; then saved, and left for a moment.
  const backtest = page.getByRole("region", { name: "Backtest" });
  await backtest.getByRole("button", { name: "Test", exact: true }).click();
  await backtest
    .getByText(/[1-9]\d* hits?/)
    .first()
    .waitFor();
  await page.getByText("Not saved yet").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("Draft saved").waitFor();
  await page.getByRole("link", { name: "Rules", exact: true }).first().click();
  await page.getByRole("region", { name: "Drafts" }).getByRole("link", { name: "Roles are granted here" }).click();

  // It is published, and alerts about what comes then.
  await ready(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Roles are granted here").first().waitFor();
  await dialog.getByLabel("What has changed").fill("First");
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByText("Version 1 is published").waitFor();
  await play(s.demo, "admin_role_granted");
  const alert = await until("its alert", async () =>
    (await api(s.demo, "GET", "/alerts?limit=100")).items.find((a) => a.title === "Roles are granted here"),
  );
  await page.goto(`${s.demo.base}/alerts/${alert.id}`);
  await page.getByRole("heading", { level: 1, name: "Roles are granted here" }).waitFor();
});

test("the examples can be published as they stand", played, async () => {
  for (const [label, cases] of [
    ["Sigma rule", 3],
    ["Sigma correlation", 4],
    ["Okta filter", 3],
  ]) {
    const page = await s.open("/rules/new");
    await page.getByRole("radio", { name: new RegExp(label) }).check();
    await begin(page);
    await ready(page);
    await page.getByText(`${cases} of ${cases} as they should be`).waitFor();
    await page.getByText("Nothing is wrong with the text.").waitFor();
  }
});

test("a rule of the pack is made one's own, with its cases", played, async () => {
  const of = (await api(s.demo, "GET", "/rules")).find((r) => r.slug === "push_bombing");
  const page = await s.open(`/rules/${of.id}`);
  await page.getByRole("link", { name: "Make it ours" }).click();
  await page.getByText("A copy of").waitFor();
  await begin(page);
  await ready(page);
  const text = await page.getByRole("textbox", { name: "Text of the rule" }).inputValue();
  assert.ok(text.includes(`{ id: ${of.id}, type: derived }`), "it names what it comes from");
  await page.getByText("6 of 6 as they should be").waitFor();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: /Switch off Push after push/ }).check();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByText("Version 1 is published").waitFor();
  await until("the one of the pack is off", async () => !(await api(s.demo, "GET", `/rules/${of.id}`)).enabled);
});

test("what was typed is not lost: neither by leaving nor by somebody else", played, async () => {
  const text = (await api(s.demo, "GET", `/rules/push_bombing/copy`)).text.replace(
    /^title:.*/m,
    "title: Two people write it",
  );
  const file = await api(s.demo, "POST", "/rulefiles", { slug: "two_people", text });
  await api(s.demo, "POST", `/rulefiles/${file.id}/publish`, {});
  const page = await s.open(`/rules/files/${file.id}`, { answers: [409] });
  const box = page.getByRole("textbox", { name: "Text of the rule" });
  await replace(box, "level: high", "level: low");
  await page.getByText("Not saved yet").waitFor();

  // Leaving asks; what is kept in the tab is there again.
  await page.getByRole("link", { name: "Rules", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave, and keep it here" }).click();
  await page.waitForURL("**/rules");
  await page.getByRole("heading", { name: "Rules", level: 1 }).waitFor(); // the editor is gone, not only its address
  await page.goBack();
  await page.getByText("This is what you had typed before").waitFor();
  assert.ok((await box.inputValue()).includes("level: low"));

  // Somebody else publishes meanwhile: saving shows both, and keeps mine.
  await api(s.demo, "PUT", `/rulefiles/${file.id}/draft`, { text: text.replace("gte: 3", "gte: 4") });
  await api(s.demo, "POST", `/rulefiles/${file.id}/publish`, { note: "Four, not three" });
  await page.getByText("Somebody else has changed the rule meanwhile").waitFor();
  await page.keyboard.press("Control+s");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("meanwhile").first().waitFor();
  await dialog.getByText("gte: 4").waitFor();
  await dialog.getByRole("button", { name: "Keep mine as the draft" }).click();
  await page.getByText("Draft saved").waitFor();
  const kept = await api(s.demo, "GET", `/rulefiles/${file.id}`);
  assert.ok(
    kept.text.includes("level: low") && kept.versions[0].text.includes("gte: 4"),
    "theirs is published, mine is the draft",
  );

  // The draft is discarded after one has seen what goes, and the file deleted.
  await page.getByRole("button", { name: "More for this rule" }).click();
  await page.getByRole("menuitem", { name: "Discard the draft" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Discard the draft" }).click();
  await page.getByText("As published").waitFor();
  assert.ok((await box.inputValue()).includes("gte: 4"));
  await page.getByRole("button", { name: "More for this rule" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByText("stops with the next event").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/rules");
  assert.ok(!(await api(s.demo, "GET", "/rules")).some((r) => r.slug === "two_people"));
});
