// An Auth0 tenant as a source: added by the wizard, confirmed by a login that
// fails, and its entries in words among the events.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sandbox, startServeBeside } from "./demo.mjs";
import { firstAdmin } from "./entering.mjs";
import { played, stage } from "./stage.mjs";

const s = stage(startServeBeside);

test("an Auth0 tenant is added, confirmed by a failed login, and read in words", {
  ...played,
  timeout: 120_000,
}, async () => {
  const page = await firstAdmin(s, "Ada Lovelace", "ada@acme.example", [404]);
  const tenant = s.demo.state.auth0;
  await page.getByRole("link", { name: "Alert sources", exact: true }).first().click();
  await page.getByRole("link", { name: "Add a source" }).first().click();

  // How events come: what there is to choose is Auth0's.
  await page.getByLabel("System", { exact: true }).selectOption({ label: "Auth0" });
  assert.equal(await page.getByLabel("Name").inputValue(), "Auth0 tenant");
  assert.equal(await page.getByRole("checkbox", { name: "Poll the tenant's log" }).isChecked(), true);
  await page.getByRole("checkbox", { name: "Log stream", exact: true }).check();
  await page.getByRole("button", { name: "Next" }).click();

  // Where from.
  await page.getByLabel(/^Tenant/).fill("no address");
  assert.equal(await page.getByRole("button", { name: "Next" }).isDisabled(), true);
  await page.getByLabel(/^Tenant/).fill(tenant.url);
  await page.getByRole("button", { name: "Next" }).click();

  // The credential is tried out, and so is whether it reads the log.
  await page.getByLabel(/^Client ID/).fill(tenant.client_id);
  await page.locator("input[type=password]").fill("wrong");
  await page.getByRole("button", { name: "Test and add" }).click();
  await page.getByText("Nothing was saved, because it does not work.").waitFor();
  await page.locator("input[type=password]").fill(tenant.client_secret);
  await page.getByRole("button", { name: "Test and add" }).click();

  // What came of it: how the log stream is set up, and what the credential sees.
  await page.waitForURL(/source=/);
  await page.getByText("Monitoring, Streams, Create Stream, Custom Webhook").waitFor();
  await page.getByText(/\/hooks\/auth0\//).waitFor();
  await page.getByText("The token is shown this once.").waitFor();
  const sight = page.getByRole("list", { name: "What the credential sees" });
  await sight.getByRole("heading", { name: "Tenant log" }).waitFor({ timeout: 40_000 });
  await page.getByRole("button", { name: "Next" }).click();
  const wanted = page.getByRole("list", { name: "Prerequisites" }).getByRole("listitem");
  await wanted.filter({ hasText: "Breached password detection" }).getByText("Not met").waitFor();
  await wanted.filter({ hasText: "Brute-force protection" }).getByText("Met", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();

  // Confirmed, while one looks.
  await page.getByRole("button", { name: "Begin the test" }).click();
  await page.getByText("Waiting for a failed login").waitFor();
  const [somebody] = await sandbox(s.demo, "GET", "/auth0/users");
  await sandbox(s.demo, "POST", "/auth0/sign-in", { user: somebody.email, password: "wrong", ip: "192.0.2.77" });
  await page.getByText("Confirmed: a failed login came the whole way").waitFor();
  await page.getByRole("link", { name: "Finish" }).click();
  await page.getByText("Poll + Log stream").waitFor();

  // Among the events, in words; the entry is there as it came.
  await page.goto(`${s.demo.base}/events?filter=${encodeURIComponent('data.ip eq "192.0.2.77"')}`);
  await page
    .getByRole("link", { name: /Failed login, wrong password/ })
    .first()
    .click();
  await page.getByRole("heading", { level: 1, name: /Failed login, wrong password/ }).waitFor();
  await page.getByText("auth0.fp").first().waitFor();
  await page.getByText(somebody.email).first().waitFor();
});
