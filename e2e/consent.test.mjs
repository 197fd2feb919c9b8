// Signing in to a connection, at an authorization server of the story's own.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { played, stage } from "./stage.mjs";

const s = stage();
let system;
before(async () => {
  system = await startSystem();
});
after(() => system.close());

/**
 * A mail system with its authorization server: /authorize asks whether one agrees,
 * /token looks at the proof (RFC 7636), and the profile wants the token. Where
 * `refuses` is set, neither token holds any more.
 */
async function startSystem() {
  const held = { challenge: "", redirect: "", refuses: false };
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, "http://system");
    const json = (status, body) =>
      res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/authorize") {
      held.challenge = url.searchParams.get("code_challenge");
      held.redirect = url.searchParams.get("redirect_uri");
      const back = (q) =>
        `${held.redirect}?${new URLSearchParams({ state: url.searchParams.get("state"), ...q })}`.replaceAll(
          "&",
          "&amp;",
        );
      res.writeHead(200, { "Content-Type": "text/html" });
      return res.end(`<link rel="icon" href="data:,"><h1>Let it read your mail?</h1>
        <a href="${back({ code: "a-code" })}">Agree</a> <a href="${back({ error: "access_denied", error_description: "Ada said no" })}">Refuse</a>`);
    }
    if (url.pathname === "/token") {
      let body = "";
      for await (const part of req) body += part;
      const form = new URLSearchParams(body);
      const proof = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const redeems =
        form.get("code") === "a-code" && proof === held.challenge && form.get("redirect_uri") === held.redirect;
      if (redeems) held.refuses = false;
      if (!redeems && (form.get("refresh_token") !== "refresh-1" || held.refuses))
        return json(400, { error: "invalid_grant" });
      return json(200, {
        access_token: "access-1",
        token_type: "Bearer",
        expires_in: 3600,
        refresh_token: "refresh-1",
      });
    }
    if (held.refuses || req.headers.authorization !== "Bearer access-1")
      return json(401, { error: { message: "who are you?" } });
    return json(200, { emailAddress: "soc@acme.example", messagesTotal: 1, historyId: "1" });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, held, close: () => server.close().closeAllConnections() };
}

test("a connection is signed in to, refused, and signed in to again", played, async () => {
  const page = await s.open("/connections?add=gmail", { beside: [system.base] });
  const form = page.getByRole("dialog", { name: "Connect Gmail" });
  await form.getByLabel("How to sign in").selectOption({ label: "A person signs in" });
  await form.getByText(`${s.demo.base}/oauth/callback`).waitFor();
  await form.getByRole("button", { name: "Copy the redirect address" }).waitFor();
  await form.getByLabel("Client ID").fill("client-1");
  await form.getByLabel("Client secret").fill("client-s3cret");
  await form.locator("summary").click();
  await form.getByLabel("API address").fill(system.base);
  await form.getByLabel("Token URL").fill(`${system.base}/token`);
  await form.getByLabel("Authorization URL").fill(`${system.base}/authorize`);
  await form.getByRole("button", { name: "Save and sign in" }).click();

  await page.getByRole("link", { name: "Refuse" }).click();
  await page.getByRole("heading", { level: 1, name: "Gmail" }).waitFor();
  await page.getByText("Ada said no").waitFor();
  await page.getByText("Nobody has signed in yet").waitFor();

  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByRole("link", { name: "Agree" }).click();
  const signedIn = page.getByRole("region", { name: "Signed in" });
  await signedIn.getByText(/what flows do through it/i).waitFor();
  await page.getByText("Works", { exact: true }).waitFor();
  assert.equal(system.held.redirect, `${s.demo.base}/oauth/callback`);
  assert.ok(!/s3cret|refresh-1|access-1|a-code/.test(await page.content()), "no secret is on the page");

  // The other system takes it back: the page says so, and a sign-in mends it.
  system.held.refuses = true;
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByText("Does not work", { exact: true }).first().waitFor();
  await signedIn.getByRole("button", { name: "Sign in again" }).click();
  await page.getByRole("link", { name: "Agree" }).click();
  await page.getByText("Works", { exact: true }).waitFor();
});
