// The demo as somebody meets it: a link that signs in, and the main job.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, noBrowser } from "./browser.mjs";
import { play, startDemo, until } from "./demo.mjs";

let demo, browser;
before(async () => {
  if (noBrowser()) return;
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("the link signs in, and a report is seen to be contained", { skip: noBrowser() }, async () => {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(e.message));
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  await page.goto(demo.console);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await play(demo, "report_suspicious_activity");
  await until("the run on the page", () => page.getByText("Succeeded").first().isVisible());
  assert.deepEqual(errors, []);
});
