// Alert sources: from an empty server, through the wizard, to the confirmed
// integration; and what comes after.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { play, startSandbox, startServe } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

// The sandbox is on this machine, where no server of a real org would be.
process.env.SALLYPORT_EGRESS_ALLOW = "127.0.0.0/8";

let box;
const s = stage(async () => {
  box = await startSandbox();
  const server = await startServe();
  return { ...server, stop: () => server.stop().finally(box.stop) };
});

test("a source is added by the wizard and confirmed by a report", { ...played, timeout: 120_000 }, async () => {
  const page = await s.open("/sign-in", { link: null, answers: [400, 401, 404] });
  await page.goto(s.demo.link);
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("E-mail address").fill("ada@acme.example");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: /Make the account/ }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("link", { name: "Alert sources", exact: true }).first().click();
  await page.getByText("No events are received yet").waitFor();
  await page.getByRole("link", { name: "Add a source" }).first().click();

  // How events come.
  await page.getByLabel("Name").fill("Acme Okta");
  assert.equal(await page.getByRole("checkbox", { name: "Poll the System Log" }).isChecked(), true);
  await page.getByRole("checkbox", { name: "Files" }).check();
  await page.getByRole("button", { name: "Next" }).click();

  // Where from: however it is written.
  const domain = page.getByLabel(/^Okta domain/);
  await domain.fill("exampledomain");
  await page.getByText("https://exampledomain.okta.com").waitFor();
  await domain.fill("https://Acme-admin.oktapreview.com/admin/dashboard");
  await page.getByText("https://acme.oktapreview.com").waitFor();
  await domain.fill("not a domain");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByRole("button", { name: "Next" }).isDisabled(), true);
  await domain.fill(box.okta.url);
  await page.getByText("a sandbox on this machine").waitFor();
  await page.getByRole("button", { name: "Next" }).click();

  // The credential: what does not work is not kept, and what was typed stays.
  await page.getByLabel("API token", { exact: false }).last().fill("wrong-token-of-nobody");
  await page.getByRole("button", { name: "Test and add" }).click();
  await page.getByText("Nothing was saved, because it does not work.").waitFor();
  await page.locator("input[type=password]").fill(box.okta.token);
  await page.getByRole("button", { name: "Test and add" }).click();

  // What came of it.
  await page.waitForURL(/source=/);
  const sight = page.getByRole("list", { name: "What the credential sees" });
  await sight.getByRole("heading", { name: "System Log" }).waitFor();
  await page.getByRole("button", { name: "Register it in Okta" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Show what will change" }).click();
  await dialog.getByText("POST", { exact: true }).first().waitFor();
  await dialog.getByRole("button", { name: "Do it in Okta" }).click();
  await page.getByRole("dialog", { name: "The hook is registered" }).getByRole("button", { name: "Done" }).click();
  await page.getByText("Registered, verified, up to date").waitFor();
  await page.getByRole("button", { name: "Next" }).click();

  // Prerequisites: one is not met, and is put right.
  const wanted = page.getByRole("list", { name: "Prerequisites" }).getByRole("listitem");
  const reset = wanted.filter({ hasText: "Authenticator reset notification mail" });
  await reset.getByText("Not met").waitFor();
  await reset.getByRole("button", { name: "Put it right" }).click();
  await page.getByRole("dialog").getByText("PUT", { exact: true }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Change it in Okta" }).click();
  await page.getByRole("dialog").getByText("It can be undone in the ledger.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await reset.getByText("Met", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();

  // Confirmed, while one looks.
  await page.getByRole("button", { name: "Begin the test" }).click();
  await page.getByText("Waiting for a report").waitFor();
  await play(box, "report_suspicious_activity");
  await page.getByText("Confirmed: a report came the whole way").waitFor();
  await page.getByRole("link", { name: "Finish" }).click();
  await page.getByRole("heading", { level: 1, name: "Acme Okta" }).waitFor();
  await page.getByText("Events a minute").waitFor();
  assert.ok(!(await page.content()).includes(box.okta.token), "the token is nowhere on the page");

  await files(page);
  await rotates(page);
  await ends(page);
});

/** History comes by a file; what is there counts once. */
async function files(page) {
  await page.getByRole("tab", { name: "Settings" }).click();
  const event = (n) =>
    JSON.stringify({ uuid: `old-${n}`, eventType: "user.session.start", published: "2020-01-02T03:04:05Z" });
  const buffer = gzipSync(`${event(1)}\n${event(2)}\n{\n${event(2)}\n`);
  await page.locator("input[type=file]").setInputFiles({ name: "log.ndjson.gz", mimeType: "application/gzip", buffer });
  await page.getByText("3 events read, 2 of them new, 1 passed over").waitFor();
}

async function rotates(page) {
  await page.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replace it" }).click();
  await page.getByRole("dialog").getByText("Okta was told of the new secret").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await page.getByText("The old one is taken until").waitFor();
}

async function ends(page) {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused").first().waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.getByRole("button", { name: "Delete the source" }).click();
  await page.getByRole("dialog").getByText("Goes: the event hook in Okta").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the source" }).click();
  await page.getByText("Acme Okta was deleted").waitFor();
  await page.waitForURL(/\/sources$/);
}
