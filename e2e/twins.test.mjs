// Somebody of an Okta org has an account in Auth0: the console shows them as one, and
// says that one is deactivated here and may sign in there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const slow = { ...played, timeout: 180_000 };

/** Waits until a tenant is read to its end. */
async function isRead(id) {
  for (let n = 0; n < 600; n++) {
    const t = await api(s.demo, "GET", `/tenants/${id}`);
    if (t.sync?.state === "done") return;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail("it is not read");
}

test("somebody in Okta and their account in Auth0 are shown as one", slow, async () => {
  const state = await (await fetch(`${s.demo.sandbox}/_sandbox/state`)).json();
  const connections = await api(s.demo, "GET", "/connections");
  const okta = connections.find((c) => c.connector.id === "okta");
  const org = await api(s.demo, "POST", "/tenants", { connection: okta.id });
  await api(s.demo, "POST", "/connections", {
    connector: "auth0",
    name: "Customers",
    auth: "oauth2_client_credentials",
    settings: { base_url: state.auth0.url, client_id: state.auth0.client_id },
    secrets: { client_secret: state.auth0.client_secret },
  });
  await isRead(org.id);

  // What is connected is read by pressing a button.
  const page = await s.open("/visibility");
  await page.getByRole("button", { name: "Read the tenant of Customers" }).click();
  await page.waitForURL(/\/visibility\/.+/);
  const [tenant] = await api(s.demo, "GET", "/tenants?provider=auth0");
  await isRead(tenant.id);
  await page.getByRole("tab", { name: "Inventory" }).click();
  await page.getByLabel("Search accounts").fill("security.lead");
  await page.waitForURL(/q=security/);
  await page.getByRole("link", { name: /security\.lead@/ }).click();
  await page
    .getByRole("region", { name: "In Okta" })
    .getByRole("link", { name: /security\.lead@/ })
    .click();

  // The person, with the account; after the suspension the page says what differs.
  const also = page.getByRole("region", { name: "Also in Auth0" });
  await also.getByRole("link", { name: /security\.lead@/ }).waitFor();
  const person = new URL(page.url()).pathname.split("/").at(-1);
  const suspended = await fetch(`${s.demo.sandbox}/api/v1/users/${person}/lifecycle/suspend`, {
    method: "POST",
    headers: { Authorization: `SSWS ${state.okta.token}` },
  });
  assert.equal(suspended.status, 200);
  await api(s.demo, "POST", `/tenants/${org.id}/syncs`);
  await isRead(org.id);
  await page.reload();
  await also.getByText("not blocked in Auth0").waitFor();

  // The org lists everybody of whom that is so.
  await page.goto(`${s.demo.base}/visibility/${org.id}?tab=auth0`);
  await page
    .getByRole("row", { name: /security\.lead@/ })
    .getByText("not blocked in Auth0")
    .waitFor();
});
