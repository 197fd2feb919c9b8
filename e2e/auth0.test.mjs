// Somebody leaves: deactivated in Okta, marked in Auth0, and kept out there. From the
// connection to the rehearsal, in the console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, sandbox, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();

test("who is deactivated in Okta is marked in Auth0 and does not get in there any more", played, async () => {
  const { auth0 } = await sandbox(s.demo, "GET", "/state");

  // The tenant is connected.
  const page = await s.open("/connections?add=auth0");
  const form = page.getByRole("dialog", { name: "Connect Auth0" });
  await form.getByLabel("Name").fill("Customers");
  await form.getByLabel("Tenant").fill(auth0.url);
  await form.getByLabel("Client ID").fill(auth0.client_id);
  await form.getByLabel("Client secret").fill(auth0.client_secret);
  await form.getByRole("button", { name: "Test and save" }).click();
  await until("the connection", async () =>
    (await api(s.demo, "GET", "/connections")).find((c) => c.name === "Customers"),
  );

  // The template is installed, and switched on.
  await page.goto(`${s.demo.base}/templates`);
  await page.getByRole("searchbox", { name: "Search templates" }).fill("deactivation marks");
  await page.waitForURL(/q=deactivation/);
  await page.getByRole("link", { name: "Deactivation Marks in Auth0" }).click();
  await page.getByLabel("Auth0 tenant").selectOption({ label: "Customers" });
  await page.getByLabel("Okta org").selectOption({ label: "Okta (sandbox)" });
  await page.getByRole("button", { name: "Install" }).click();
  await page.getByText("Deactivation Marks in Auth0 is installed").waitFor();
  for (const title of ["Mark Deactivated in Auth0", "Take Marks Away in Auth0"]) {
    await page.getByRole("switch", { name: `${title}: off` }).click();
    const sure = page.getByRole("dialog").getByRole("button", { name: /Switch on/ });
    await sure
      .or(page.getByRole("switch", { name: `${title}: on` }))
      .first()
      .waitFor();
    if (await sure.isVisible()) await sure.click();
    await page.getByRole("switch", { name: `${title}: on` }).waitFor();
  }

  // It is rehearsed.
  await page.goto(`${s.demo.base}/rehearse`);
  await page.getByRole("radio", { name: /Somebody leaves the company/ }).check();
  await page.getByRole("button", { name: "Play the scenario" }).click();
  const steps = page.getByRole("region", { name: "Step by step" });
  const step = (text) => steps.getByRole("listitem").filter({ hasText: text });
  await step("They sign in to Auth0").first().getByLabel("It worked").waitFor();
  await step("An admin deactivates them in Okta").getByText("DEPROVISIONED").waitFor();
  await step("Their account is changed in Auth0").waitFor();
  const again = step("They try to sign in to Auth0 again");
  await again.getByLabel("Refused").waitFor();
  await again.getByText("This account is closed.").waitFor();
  await page.getByRole("region", { name: "What Sallyport did" }).getByText("Succeeded").first().waitFor();

  // What is kept of them there.
  const account = await until("the mark", async () => {
    const all = await sandbox(s.demo, "GET", "/auth0/users");
    return all.find((u) => u.user_metadata?.okta?.deactivated === "true");
  });
  assert.equal(account.blocked, false);
  const [run] = (await api(s.demo, "GET", "/runs")).items;
  assert.equal(run.state, "succeeded");
});
