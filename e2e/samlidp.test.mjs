// Single sign-on through an identity provider that is not ours, in a real browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServeBeside, until } from "./demo.mjs";
import { byPassword, firstAdmin, letterTo, whoIs } from "./entering.mjs";
import { asSomebody, noIdP, origins, startIdP, withoutFonts } from "./samlidp.mjs";
import { played as alone, stage } from "./stage.mjs";

const played = { ...alone, timeout: 120_000, skip: alone.skip || noIdP() };
const ada = "ada@acme.example";
const eve = "eve@acme.example";

const s = stage(async () => {
  const server = await startServeBeside();
  try {
    const idp = await startIdP(server, "default");
    return { ...server, idp, beside: origins(idp), stop: () => idp.stop().finally(server.stop) };
  } catch (error) {
    await server.stop();
    throw error;
  }
});

/** A page of nobody; it may be refused, and the identity provider has no picture for the tab. */
const nobody = async (path) =>
  withoutFonts(await s.open(path, { link: null, answers: [401, 403, 404], beside: s.demo.beside }));

/** Has the draft tested in its own window by a sign-in as somebody. */
async function tested(page, email, groups) {
  await page.getByLabel("User name to test").fill(email);
  const [win] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("button", { name: "Test the draft" }).click(),
  ]);
  await asSomebody(win, email, groups, "Ada");
  await win.getByRole("heading", { name: "The test has ended" }).waitFor();
  await win.close();
}

test("a draft is tested by a sign-in in a new window, which says why not, and then put in force", played, async () => {
  const page = await withoutFonts(await firstAdmin(s, "Ada Lovelace", ada, [404]));
  await page.goto(`${s.demo.base}/settings/okta`);
  await page.getByRole("radio", { name: "As XML" }).check();
  await page.getByLabel("Metadata", { exact: true }).fill(await s.demo.idp.metadata());
  for (const [role, group] of [
    ["Full Admin", "Sallyport Admins"],
    ["Auditor", "Sallyport Eyes"],
  ]) {
    await page.getByRole("textbox", { name: `Okta group for ${role}` }).fill(group);
    await page.keyboard.press("Enter");
  }
  await page.getByRole("button", { name: "Keep the draft" }).click();
  await page.getByText("The draft is kept", { exact: true }).waitFor();
  const enable = page.getByRole("button", { name: "Enable single sign-on" });
  assert.equal(await enable.isDisabled(), true, "a draft that nobody tested can be put in force");

  await tested(page, ada, ["sallyport admins", "Staff"]);
  await page.getByText("Not let in").waitFor();
  await page.getByText("no_mapped_group").waitFor();
  await page.getByText("“sallyport admins” came, “Sallyport Admins” is set").waitFor();
  assert.equal(await enable.isDisabled(), true, "a draft whose test failed can be put in force");

  await tested(page, ada, ["Sallyport Admins", "Staff"]);
  const result = page.locator("[data-test-result=ok]");
  await result.getByText("Authenticated, as a Full Admin").waitFor();
  await result.getByText("Full Admin", { exact: true }).waitFor();
  await result.getByText("Staff").first().waitFor();
  await enable.click();
  await page.getByText("Single sign-on is in force").waitFor();
  await page.getByText("Enabled", { exact: true }).waitFor();
});

test(
  "who comes for the first time confirms their address, and lands on the page that they asked for",
  played,
  async () => {
    const page = await nobody("/settings/account");
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByRole("link", { name: "Sign in with Okta" }).click();
    // There is one organization alone: nobody is asked which.
    await asSomebody(page, eve, ["Sallyport Eyes"]);
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
    assert.equal(await whoIs(page), undefined, "somebody is in before their address is theirs");
    const on = await page.getByRole("link", { name: "It is confirmed: sign in" }).getAttribute("href");
    assert.equal(on, "/sso/start/default?return_to=%2Fsettings%2Faccount");

    await page.goto(await letterTo(s, eve, "/confirm"));
    await page.getByRole("button", { name: "Yes, it is mine" }).click();
    await page.getByRole("heading", { name: "The address is confirmed" }).waitFor();
    assert.equal(await whoIs(page), undefined, "a link of a letter signs in");
    await page.getByRole("link", { name: "Sign in with Okta" }).click();
    await asSomebody(page, eve, ["Sallyport Eyes"]);
    await page.getByRole("heading", { level: 1, name: "My account" }).waitFor();
    assert.deepEqual(await whoIs(page), { email: eve, roles: ["Auditor"], organization: "default", method: "saml" });
  },
);

test("the next sign-in gives the roles of the groups that come then, and goes where one wanted", played, async () => {
  const page = await nobody("/flows");
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByRole("link", { name: "Sign in with Okta" }).click();
  await asSomebody(page, eve, ["Sallyport Eyes", "Sallyport Admins"]);
  await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor();
  assert.deepEqual((await whoIs(page)).roles, ["Auditor", "Full Admin"]);
});

test("a sign-in that begins at the identity provider comes in, too", played, async () => {
  const page = await nobody("/sign-in");
  await page.goto(`${s.demo.idp.base}/saml/sso`);
  await asSomebody(page, eve, ["Sallyport Eyes"]);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.deepEqual(await whoIs(page), { email: eve, roles: ["Auditor"], organization: "default", method: "saml" });
});

test("where somebody else is signed in, one is asked before one goes on as another", played, async () => {
  const page = await nobody("/sign-in");
  await byPassword(page, ada);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.goto(`${s.demo.idp.base}/saml/sso`);
  await asSomebody(page, eve, ["Sallyport Eyes"]);
  await page.getByRole("heading", { name: `Continue as ${eve}?` }).waitFor();
  await page.getByRole("link", { name: `Stay signed in as ${ada}` }).waitFor();
  assert.equal((await whoIs(page)).email, ada);
  await page.getByRole("button", { name: `Continue as ${eve}` }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.equal((await whoIs(page)).email, eve);
});

test("who is in no mapped group is refused, told so, and found by the code", played, async () => {
  const page = await nobody("/sign-in");
  await page.goto(`${s.demo.base}/sso/start/default`);
  await asSomebody(page, "mallory@acme.example", ["Staff"], "Mallory");
  await page.getByRole("heading", { name: "You were not signed in" }).waitFor();
  const said = await page.locator("main").innerText();
  assert.match(said, /None of your groups in Okta gives a role in Default organization/);
  const code = /by the code (\S+)\./.exec(said)?.[1];
  assert.ok(code, said);
  assert.equal(await whoIs(page), undefined);

  const admin = await nobody("/sign-in");
  await byPassword(admin, ada);
  await admin.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await admin.goto(`${s.demo.base}/settings/okta?tab=refused`);
  await admin.getByRole("searchbox", { name: "Code that the person was shown" }).fill(code);
  const found = admin.getByRole("listitem").filter({ hasText: code });
  await found.getByText("mallory@acme.example").waitFor();
  await found.getByText("no_mapped_group").waitFor();
  await admin.goto(`${s.demo.base}/settings/members`);
  await admin.getByText(eve).first().waitFor();
  assert.equal(await admin.getByText("mallory@acme.example").count(), 0, "who was refused is a member");
});

test("a password opens nothing to who is not exempt", played, async () => {
  const page = await nobody("/sign-in");
  await page.getByLabel("E-mail address").fill(eve);
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Not signed in").waitFor();
  await until("nobody", async () => (await whoIs(page)) === undefined);
});
