// Who comes in and how: second factors, fresh proofs, the rules of the organization, and what Okta is told.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { startServe } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage(startServe);
const password = "correct horse battery staple";
let secret;
let recovery;

/** The code that an authenticator app shows now, or some steps of thirty seconds from now (RFC 6238). */
function code(base32, ahead = 0) {
  const bits = [...base32]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(time).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function signIn(page) {
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** A page of somebody who is in, by a recovery code once there is one. */
async function inside(path) {
  const page = await s.open("/sign-in", { link: null, answers: [401, 403, 404] });
  await signIn(page);
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(recovery.pop());
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.goto(s.demo.base + path);
  return page;
}

test("an authenticator app is set up, and its recovery codes are shown once", played, async () => {
  const page = await s.open("/sign-in", { link: null, answers: [400, 401] });
  await page.goto(s.demo.link);
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: /Make the account/ }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.goto(`${s.demo.base}/settings/account`);
  await page.getByText("Your password does alone").waitFor();
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  const dialog = page.getByRole("dialog", { name: "Add an authenticator app" });
  await dialog.getByRole("img", { name: /QR code/ }).waitFor();
  secret = (await dialog.locator("code").innerText()).replace(/\s/g, "");
  await dialog.getByLabel("Code that the app shows").fill(code(secret, -1));
  await dialog.getByRole("button", { name: "Keep it" }).click();
  const codes = page.getByRole("dialog", { name: "Your recovery codes" });
  recovery = await codes.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").allInnerTexts();
  assert.equal(recovery.length, 10);
  assert.equal(
    await codes.getByRole("button", { name: "Done" }).isDisabled(),
    true,
    "they are left before they are kept",
  );
  await codes.getByRole("checkbox").check();
  await codes.getByRole("button", { name: "Done" }).click();
  await page.getByText("10 recovery codes are left.").waitFor();
});

test("a password does not do alone any more: the app's code leads in", played, async () => {
  const page = await s.open("/sign-in", { link: null, answers: [401] });
  await signIn(page);
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Sign in with Okta" }).count(), 0);
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("That did not do").waitFor();
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});

test("what matters asks for a fresh proof, and goes on by itself after it", played, async () => {
  const page = await inside("/settings/signin");
  const path = "**/api/v1/signin-policy";
  let refused = false;
  await page.route(path, (route) => {
    if (route.request().method() !== "PUT" || refused) return route.continue();
    refused = true;
    return route.fulfill({
      status: 403,
      json: { error: { kind: "step_up", message: "prove again who you are", requestId: "x" } },
    });
  });
  await page.getByLabel("Minutes without a request").fill("15");
  await page.getByRole("button", { name: "Save" }).click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  await proof.getByLabel("Password").fill(password);
  await proof.getByLabel(/Code of the/).fill(recovery.pop());
  await proof.getByRole("button", { name: "Go on" }).click();
  await page.getByText("How people sign in is changed").waitFor();
  await page.reload();
  await page.getByLabel("Minutes without a request").waitFor();
  assert.equal(await page.getByLabel("Minutes without a request").inputValue(), "15");
});

test("the secret of provisioning is made, shown and rotated", played, async () => {
  const page = await inside("/settings/okta?tab=provisioning");
  await page.getByRole("button", { name: "Make a secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Make it" }).click();
  const shown = page.getByRole("region", { name: "Deprovisioning authentication secret" }).locator("code");
  const text = async () => (await shown.innerText()).trim();
  await page.getByRole("button", { name: "Copy the secret" }).waitFor();
  const first = await text();
  const ask = (key) =>
    fetch(`${s.demo.base}/scim/v2/Users?startIndex=1&count=2`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ask(first)).status, 200);
  await page.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate it" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  const second = await text();
  assert.notEqual(second, first);
  assert.deepEqual([(await ask(first)).status, (await ask(second)).status], [401, 200]);
  await page.reload();
  await page.getByText("One request was refused since it was made").waitFor();
  assert.match(await text(), /•/, "the secret is shown without being asked for");
  await page.getByRole("button", { name: "Show it" }).click();
  await page.getByRole("button", { name: "Copy the secret" }).waitFor();
  assert.equal(await text(), second);
  await page.getByText("GET /Users").first().waitFor();
});

test("a draft of single sign-on says what it still lacks", played, async () => {
  const page = await inside("/settings/okta");
  await page.getByText(`${s.demo.base}/saml/`).first().waitFor();
  await page.getByText("the identity provider's metadata is missing").waitFor();
  await page.getByRole("textbox", { name: "Okta group for Full Admin" }).fill("Sallyport Admins");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Take Sallyport Admins off Full Admin" }).waitFor();
  await page.getByRole("button", { name: "Keep the draft" }).click();
  await page.getByText("The draft is kept", { exact: true }).waitFor();
  await page.getByText("no group maps to Full Admin").waitFor({ state: "hidden" });
  assert.equal(await page.getByRole("button", { name: "Enable single sign-on" }).isDisabled(), true);
});

test("who is known to no Okta is asked for the organization, and told the same whatever it is", played, async () => {
  const page = await s.open("/sso", { link: null });
  await page.getByLabel("User name").fill("nobody@acme.example");
  await page.getByRole("button", { name: "Go on to Okta" }).click();
  await page.getByLabel("Organization").fill("no such thing");
  await page.getByRole("button", { name: "Go on to Okta" }).click();
  await page.getByText("Nothing to go to by that name").waitFor();
});

test("links of letters that do not hold say so, and what to do", played, async () => {
  const page = await s.open("/confirm#made-up", { link: null, answers: [400, 401, 404, 409] });
  await page.getByRole("button", { name: "Yes, it is mine" }).click();
  await page.getByRole("heading", { name: "This link does not open anything" }).waitFor();
  await page.getByRole("button", { name: "Send me another link" }).waitFor();
  await page.goto("about:blank");
  await page.goto(`${s.demo.base}/invite#made-up`);
  await page.getByText("Whoever invited you can send the invitation again.").waitFor();
});
