// Coming in: the first administrator of a server that is new, and everybody after.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServe, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage(startServe);
const password = "correct horse battery staple";

test("the first administrator is made by the link that the server prints, once", played, async () => {
  const page = await s.open("/sign-in", { link: null, answers: [400, 401, 404, 410, 422] });
  await page.goto(s.demo.link);
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill("short");
  assert.equal(await page.getByRole("button", { name: /Make the account/ }).isDisabled(), true);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: /Make the account/ }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("region", { name: "Getting started" }).getByText("Connect your Okta org").waitFor();
  // Where there is no sandbox, nothing leads to a rehearsal.
  assert.equal(await page.getByRole("link", { name: "Rehearse" }).count(), 0);

  await page.getByRole("button", { name: /Ada Lovelace/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goto("about:blank");
  await page.goto(s.demo.link);
  await page.getByRole("heading", { name: "This link does not open anything" }).waitFor();
});

test("a wrong password is refused, the right one leads where one wanted to go", played, async () => {
  const page = await s.open("/settings/account", { link: null, answers: [401] });
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill("not my password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Not signed in").waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "ada@acme.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "My account" }).waitFor();
  const sessions = page.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");
  await sessions
    .filter({ hasText: "this one" })
    .getByText(/signed in by password/)
    .waitFor();
});

test("a session is ended from another, and what was open asks to sign in again", played, async () => {
  const signIn = async (answers) => {
    const page = await s.open("/sign-in", { link: null, answers });
    await page.getByLabel("E-mail address").fill("ada@acme.example");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return page;
  };
  const there = await signIn([401]);
  const here = await signIn([401]);
  await here.goto(`${s.demo.base}/settings/account`);
  const others = here
    .getByRole("region", { name: "Where you are signed in" })
    .getByRole("button", { name: "Sign out", exact: true });
  await others.first().waitFor();
  for (let n = await others.count(); n > 0; n--) {
    await others.first().click();
    await until("one session less", async () => (await others.count()) === n - 1);
  }
  // The page says so by itself.
  const again = there.getByRole("dialog", { name: "Your session has ended" });
  await again.getByLabel("Password").fill(password);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.waitFor({ state: "hidden" });
  await there.getByRole("link", { name: "Flows", exact: true }).click();
  await there.getByRole("heading", { level: 1, name: "Flows" }).waitFor();
});

test("an administrator says what others may do, and who comes in", played, async () => {
  await s.demo.command(["user", "add", "--email", "bob@acme.example", "--name", "Bob"], `${password}\n`);
  const page = await s.open("/sign-in", { link: null, answers: [401] });
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.goto(`${s.demo.base}/settings/members`);
  const roles = async (name) => {
    await page.getByRole("button", { name: `More for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Roles" }).click();
    return page.getByRole("dialog", { name: `Roles of ${name}` });
  };
  const mine = await roles("Ada Lovelace");
  assert.equal(
    await mine.getByRole("checkbox", { name: /^Full Admin/ }).isDisabled(),
    true,
    "the last administrator's role can be taken away",
  );
  await mine.getByRole("button", { name: "Cancel" }).click();
  const theirRoles = await roles("Bob");
  await theirRoles.getByRole("checkbox", { name: /^Responder/ }).check();
  await theirRoles.getByRole("checkbox", { name: /^Auditor/ }).uncheck();
  await theirRoles.getByRole("button", { name: "Save" }).click();
  await page.getByText("Bob may sign in, as Responder").waitFor();
  await page.getByRole("button", { name: "More for Bob" }).click();
  await page.getByRole("menuitem", { name: "Keep from signing in" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
  await page.getByText("Bob cannot sign in any more").waitFor();
  await page.getByText("disabled", { exact: true }).waitFor();

  const theirs = await s.open("/sign-in", { link: null, answers: [401] });
  await theirs.getByLabel("E-mail address").fill("bob@acme.example");
  await theirs.getByLabel("Password").fill(password);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await theirs.getByText("Not signed in").waitFor();

  await page.getByRole("button", { name: "More for Bob" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("Bob was removed").waitFor();
  await page.getByRole("button", { name: "More for Bob" }).waitFor({ state: "hidden" });
});

test("when the server goes away, the page says so and keeps what it shows", played, async () => {
  const page = await s.open("/sign-in", { link: null, answers: [401], alone: true });
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "Getting started" }).getByText("Connect your Okta org").waitFor();
  await s.demo.stop();
  await page.getByText(/What you see may be old/).waitFor();
  await page.getByRole("region", { name: "Getting started" }).getByText("Connect your Okta org").waitFor();
});
