// One long walk through what an organization does with Okta: set up, tested, in
// force, people who come, change and go, the way to another organization, and the
// way back in when Okta fails.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { startServeBeside, until } from "./demo.mjs";
import { byPassword, firstAdmin, letterTo, password, whoIs } from "./entering.mjs";
import { played as short, stage } from "./stage.mjs";
import { atOkta, oktaOf } from "./walkokta.mjs";

const played = { ...short, timeout: 240_000 };
const s = stage(async () => {
  const server = await startServeBeside();
  return { ...server, beside: [server.state.okta.url] };
});

/** A page of nobody. */
const nobody = (path = "/sign-in") => s.open(path, { link: null, answers: [401, 403, 404], beside: s.demo.beside });
const overview = (page) => page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Asks the API in a page's session. */
async function ask(page, path) {
  const answer = await page.request.get(`${s.demo.base}/api/v1${path}`);
  assert.ok(answer.ok(), `${path}: ${answer.status()}`);
  return answer.json();
}

/** Signs in with Okta on the page where one does, where this browser was not before or was. */
async function withOkta(page, who) {
  await page.getByRole("link", { name: "Sign in with Okta" }).click();
  await page.getByRole("heading", { name: /^Sign in( to .*)?$|^Sign in with Okta$/ }).waitFor();
  if (new URL(page.url()).origin === s.demo.base) {
    await page.getByLabel("User name").fill(who.email);
    await button(page, "Go on to Okta").click();
  }
  await atOkta(page, who);
}

test("an organization lives with Okta", played, async (t) => {
  const step = (what) => t.diagnostic(what);
  const okta = oktaOf(s);
  const people = { ada: await okta.person("Ada", "Lovelace"), ann: await okta.person("Ann", "Lee") };
  const { ada, ann } = people;
  const [admins, eyes] = [await okta.group("Sallyport Admins"), await okta.group("Sallyport Eyes")];
  await okta.joins(admins, ada);
  await okta.joins(eyes, ann);
  const admin = await firstAdmin(s, "Ada Lovelace", ada.email, [403, 404]);
  await s.demo.command(["user", "add", "--email", "bert@acme.example", "--name", "Bert"], `${password}\n`);

  step("single sign-on is set up on the page Okta integration, and in Okta");
  await admin.goto(`${s.demo.base}/settings/okta`);
  const { serviceProvider: sp } = await ask(admin, "/sso");
  for (const name of ["acsUrl", "entityId", "logoutUrl"]) {
    await admin.getByText(sp[name], { exact: true }).waitFor();
  }
  const [file] = await Promise.all([
    admin.waitForEvent("download"),
    admin.getByRole("link", { name: "Metadata" }).click(),
  ]);
  const metadata = await readFile(await file.path(), "utf8");
  const app = await okta.app(sp, /<(?:\w+:)?X509Certificate>([^<]+)</.exec(metadata)[1].replace(/\s/g, ""));
  await okta.assigns(app, ada);
  await admin.getByRole("radio", { name: "From its URL" }).check();
  await admin.getByLabel("Metadata URL").fill(app.metadata);
  for (const [role, group] of [
    ["Full Admin", "Sallyport Admins"],
    ["Auditor", "Sallyport Eyes"],
  ]) {
    await admin.getByRole("textbox", { name: `Okta group for ${role}` }).fill(group);
    await admin.keyboard.press("Enter");
  }
  // At first everybody who is there is exempt. Bert is not to be.
  await button(admin, "Take bert@acme.example off").click();
  await button(admin, "Keep the draft").click();
  await admin.getByText("The draft is kept", { exact: true }).waitFor();

  step("test and save");
  const testDraft = async () => {
    const [win] = await Promise.all([admin.waitForEvent("popup"), button(admin, "Test the draft").click()]);
    await atOkta(win, ada);
    await win.getByRole("heading", { name: "The test has ended" }).waitFor();
    await win.close();
    await admin.locator("[data-test-result=ok]").getByText("Authenticated, as a Full Admin").waitFor();
  };
  await testDraft();
  await button(admin, "Enable single sign-on").click();
  await admin.getByText("Single sign-on is in force").waitFor();
  await admin.getByText("Enabled", { exact: true }).waitFor();
  const bert = await nobody();
  await byPassword(bert, "bert@acme.example");
  await bert.getByText("Not signed in").waitFor();

  step("Okta provisions, by the secret of the page");
  await admin.getByRole("tab", { name: "Provisioning" }).click();
  await button(admin, "Make a secret").click();
  await admin.getByRole("dialog").getByRole("button", { name: "Make it" }).click();
  const shown = admin.getByRole("region", { name: "Deprovisioning authentication secret" }).locator("code");
  await button(admin, "Copy the secret").waitFor();
  const secret = (await shown.innerText()).trim();
  await okta.provisions(app, (await ask(admin, "/scim")).url, secret);
  await okta.assigns(app, ann);
  await okta.sent();
  await admin.goto(`${s.demo.base}/settings/members`);
  const row = admin.getByRole("row").filter({ hasText: ann.email });
  await row.getByText("not confirmed").waitFor();

  step("who was provisioned confirms by mail, and signs in");
  const page = await nobody();
  await withOkta(page, ann);
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  assert.equal(await whoIs(page), undefined, "in before the address is confirmed");
  const link = await letterTo(s, ann.email, "/confirm");
  await page.goto(link);
  await button(page, "Yes, it is mine").click();
  await page.getByRole("heading", { name: "The address is confirmed" }).waitFor();
  assert.equal(await whoIs(page), undefined, "a link of a letter signs in");
  // Okta knows her in this browser by now, and asks nothing.
  await page.getByRole("link", { name: "Sign in with Okta" }).click();
  await overview(page);
  assert.deepEqual(await whoIs(page), {
    email: ann.email,
    roles: ["Auditor"],
    organization: "default",
    method: "saml",
  });

  step("another group gives another role, at the next sign-in");
  await okta.leaves(eyes, ann);
  await okta.joins(admins, ann);
  assert.deepEqual((await whoIs(page)).roles, ["Auditor"]);
  await page.getByRole("button", { name: /Ann Lee/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.equal(await whoIs(page), undefined);
  // Signing out has ended her session at Okta as well: it asks who she is again.
  await withOkta(page, ann);
  await overview(page);
  assert.deepEqual((await whoIs(page)).roles, ["Full Admin"]);

  step("her session is ended, and she comes in again over the page that is open");
  await page.goto(`${s.demo.base}/flows`);
  await page.getByRole("status").filter({ hasText: "Live" }).first().waitFor();
  await admin.goto(`${s.demo.base}/settings/members`);
  await button(admin, "More for Ann Lee").click();
  await admin.getByRole("menuitem", { name: "End their sessions" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: /^End/ }).click();
  const over = page.getByRole("dialog", { name: "Your session has ended" });
  const [again] = await Promise.all([
    page.waitForEvent("popup"),
    over.getByRole("button", { name: "Sign in with Okta" }).click(),
  ]);
  // Okta knows her, and asks nothing.
  await again.getByRole("heading", { name: "That was it" }).waitFor();
  await again.close();
  await over.waitFor({ state: "hidden" });
  await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor();

  step("what matters is proved at Okta, in a window");
  await provedAtOkta(page, ann);

  step("another organization, which has no single sign-on, invites her");
  await s.demo.command(["org", "add", "--slug", "labs", "--name", "Acme Labs"]);
  await s.demo.command(
    ["user", "add", "--org", "labs", "--email", "bob@labs.example", "--name", "Bob", "--role", "admin"],
    `${password}\n`,
  );
  const bob = await nobody();
  await byPassword(bob, "bob@labs.example");
  await overview(bob);
  await bob.goto(`${s.demo.base}/settings/members`);
  await button(bob, "Invite").click();
  const invite = bob.getByRole("dialog", { name: "Invite somebody" });
  await invite.getByLabel("E-mail address").fill(ann.email);
  await invite.getByRole("checkbox", { name: /^Analyst/ }).check();
  await button(invite, "Send the invitation").click();
  await bob.getByText(`${ann.email} is invited`).waitFor();
  const elsewhere = await nobody();
  await elsewhere.goto(await letterTo(s, ann.email, "/invite"));
  await button(elsewhere, "Join").click();
  await elsewhere.getByRole("heading", { name: "Welcome to Acme Labs" }).waitFor();
  // There she needs a password, which the Okta of the first organization is no word for.
  await elsewhere.goto(`${s.demo.base}/forgotten`);
  await elsewhere.getByLabel("E-mail address").fill(ann.email);
  await button(elsewhere, "Send the letter").click();
  await elsewhere.goto(await letterTo(s, ann.email, "/reset"));
  await elsewhere.getByLabel("Password", { exact: false }).first().fill(password);
  await button(elsewhere, "Set the password").click();
  await elsewhere.getByRole("heading", { name: "The password is set" }).waitFor();
  await elsewhere.getByRole("link", { name: "Sign in" }).click();
  await byPassword(elsewhere, ann.email);
  await overview(elsewhere);
  assert.deepEqual(await whoIs(elsewhere), {
    email: ann.email,
    roles: ["Analyst"],
    organization: "labs",
    method: "password",
  });

  step("switching into the one with single sign-on asks its Okta, each time; into the other it does not");
  const asked = [];
  elsewhere.on("request", (r) => {
    if (r.isNavigationRequest() && r.url().startsWith(okta.url)) asked.push(r.url());
  });
  const switchTo = async (from, to) => {
    await button(elsewhere, `Organization: ${from}. Switch`).first().click();
    await elsewhere.getByRole("menuitem", { name: to }).click();
  };
  await switchTo("Acme Labs", "Default organization");
  await atOkta(elsewhere, ann);
  await button(elsewhere, "Organization: Default organization. Switch").first().waitFor();
  assert.equal((await whoIs(elsewhere)).organization, "default");
  const once = asked.length;
  assert.ok(once > 0, "Okta was not asked");
  await switchTo("Default organization", "Acme Labs");
  await button(elsewhere, "Organization: Acme Labs. Switch").first().waitFor();
  assert.equal((await whoIs(elsewhere)).organization, "labs");
  assert.equal(asked.length, once, "Okta was asked on the way to an organization without single sign-on");
  await switchTo("Acme Labs", "Default organization");
  await button(elsewhere, "Organization: Default organization. Switch").first().waitFor();
  assert.ok(asked.length > once, "the second switch did not ask Okta again");
  assert.deepEqual((await whoIs(elsewhere)).roles, ["Full Admin"]);
  await switchTo("Default organization", "Acme Labs");
  await button(elsewhere, "Organization: Acme Labs. Switch").first().waitFor();

  step("deprovisioned, the session that is open ends within a second");
  // The password ended her sessions elsewhere; so she comes in once more.
  await page.goto(`${s.demo.base}/sign-in`);
  await withOktaAgain(page, ann);
  await page.goto(`${s.demo.base}/runs`);
  await page.getByRole("status").filter({ hasText: "Live" }).first().waitFor();
  const ended = until("the session's end", async () => !(await whoIs(page)) && Date.now(), 20_000);
  const seen = page
    .getByRole("dialog", { name: "Your session has ended" })
    .waitFor()
    .then(() => Date.now());
  await okta.unassigns(app, ann);
  const [gone, told] = await Promise.all([ended, seen]);
  const { items } = await ask(admin, "/scim/exchanges");
  const put = items.find((e) => e.method === "PUT" && /"active": ?false/.test(e.request));
  assert.ok(put, "Okta has not deactivated her");
  const answered = new Date(put.at).getTime() + put.took / 1000;
  t.diagnostic(`refused ${gone - answered} ms after SCIM's answer, told ${told - answered} ms after it`);
  assert.ok(gone - answered < 1000, `the session held ${gone - answered} ms longer`);
  assert.ok(told - answered < 5000, `the page said so after ${told - answered} ms`);
  await page
    .getByRole("dialog")
    .getByText(/Sign in there again/)
    .waitFor();
  // What she is in the other organization is none of this one's business.
  assert.equal((await whoIs(elsewhere)).organization, "labs");
  await admin.reload();
  await admin.getByText("bert@acme.example").first().waitFor();
  assert.equal(await row.count(), 0, "she is still listed");

  step("Okta fails: an exempt administrator comes in by password, and lets the others in");
  await okta.ask("POST", `/api/v1/apps/${app.id}/lifecycle/deactivate`);
  const locked = await nobody();
  await locked.goto(`${s.demo.base}/sso/start/default`);
  await until("to be at Okta", () => locked.url().startsWith(okta.url));
  await locked.getByRole("heading").first().waitFor();
  await locked.goto(`${s.demo.base}/sign-in`);
  await byPassword(locked, "bert@acme.example");
  await locked.getByText("Not signed in").waitFor();
  const rescue = await nobody();
  await byPassword(rescue, ada.email);
  await overview(rescue);
  await rescue.goto(`${s.demo.base}/settings/okta`);
  await button(rescue, "Switch off").click();
  await rescue.getByRole("dialog").getByRole("button", { name: "Switch it off" }).click();
  await rescue.getByText("Single sign-on is switched off").waitFor();
  await byPassword(locked, "bert@acme.example");
  await overview(locked);

  step("Okta is back: it is tested and put in force again");
  await okta.ask("POST", `/api/v1/apps/${app.id}/lifecycle/activate`);
  await admin.goto(`${s.demo.base}/settings/okta`);
  const [win] = await Promise.all([admin.waitForEvent("popup"), button(admin, "Test the draft").click()]);
  await win.getByRole("heading", { name: "The test has ended" }).waitFor();
  await win.close();
  await button(admin, "Enable single sign-on").click();
  await admin.getByText("Single sign-on is in force").waitFor();
  await until("that Bert is out again", async () => (await whoIs(locked)) === undefined);
});

/** Signs in with Okta, which may know the person already. */
async function withOktaAgain(page, who) {
  await page.getByRole("link", { name: "Sign in with Okta" }).click();
  const asks = page.getByLabel("Username");
  const in_ = page.getByRole("heading", { level: 1, name: "Overview" });
  await asks.or(in_).first().waitFor();
  if (await asks.isVisible()) await atOkta(page, who);
  await overview(page);
}

/** Has the secret of provisioning shown, which wants a proof that is fresh: the story says that hers is not. */
async function provedAtOkta(page, who) {
  let fresh = false;
  await page.route("**/api/v1/session/proof", async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    return route.fulfill({ json: fresh ? json : { ...json, freshUntil: "2020-01-01T00:00:00Z" } });
  });
  await page.route("**/api/v1/scim/secret/reveal", (route) => {
    if (fresh) return route.continue();
    return route.fulfill({
      status: 403,
      json: { error: { kind: "step_up", message: "prove again who you are", requestId: "x" } },
    });
  });
  const before = new Date((await ask(page, "/session/proof")).freshUntil);
  await page.goto(`${s.demo.base}/settings/okta?tab=provisioning`);
  await button(page, "Show it").click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  const [win] = await Promise.all([
    page.waitForEvent("popup"),
    proof.getByRole("button", { name: "Sign in with Okta" }).click(),
  ]);
  // It is a forced sign-in: Okta asks although it knows her.
  await atOkta(win, who);
  await win.getByRole("heading", { name: "That was it" }).waitFor();
  assert.ok(new Date((await ask(page, "/session/proof")).freshUntil) > before, "the proof is no newer");
  fresh = true;
  await button(page, "Copy the secret").waitFor();
  await win.close();
  await page.unrouteAll();
}
