// Every page, in light and dark: readable for everybody, for a screen reader too,
// and on a phone. The stage sees to it that none fails or asks anybody else.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { places, startFilled } from "./places.mjs";
import { played, stage } from "./stage.mjs";

const s = stage(startFilled);
const axe = new URL("../web/node_modules/axe-core/axe.min.js", import.meta.url);

async function settled(page) {
  await page.waitForFunction(() => document.querySelector("h1"));
  await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"], .breathe'));
  await page.evaluate(() => document.fonts.ready);
}

const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };

const colours = { type: "rule", values: ["color-contrast"] };

/** What a page does that keeps somebody out. */
async function barriers(page, runOnly) {
  const { violations } = await page.evaluate(
    (runOnly) => window.axe.run(document, { resultTypes: ["violations"], runOnly }),
    runOnly,
  );
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .flatMap((v) => v.nodes.map((n) => `${v.id} at ${n.target}: ${n.any[0]?.message ?? n.html}`));
}

const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** By how much a page is wider than the screen, once it has taken the screen's width. */
const overflow = () =>
  new Promise((done) =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const root = document.documentElement;
        done(root.scrollWidth - root.clientWidth);
      }),
    ),
  );

/** What is wrong with some of the pages, each looked at in light, then in dark, then on a phone. */
async function lookAt(pages, source) {
  const page = await s.open("/", { colorScheme: "light", answers: [404] });
  const found = [];
  for (const [name, path] of pages) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(s.demo.base + path);
    await settled(page);
    await page.evaluate(source);
    found.push(...(await barriers(page, rules)).map((f) => `${name}, light: ${f}`));
    // Of what a page is made, only the colours are others in the dark.
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("html[data-theme=dark]").waitFor();
    found.push(...(await barriers(page, colours)).map((f) => `${name}, dark: ${f}`));
    await page.setViewportSize(phone);
    const over = await page.evaluate(overflow);
    if (over > 0) found.push(`${name}: ${over} px wider than a phone`);
    await page.setViewportSize(desk);
  }
  return found;
}

test("every page can be read by everybody, in light and in dark, and fits a phone", {
  ...played,
  timeout: 600_000,
}, async () => {
  const source = await readFile(axe, "utf8");
  const all = Object.entries(await places(s.demo));
  const half = all.length / 2;
  const found = await Promise.all([lookAt(all.slice(0, half), source), lookAt(all.slice(half), source)]);
  assert.deepEqual(found.flat(), []);
});

test("on a phone one plays a scenario and looks at its run", played, async () => {
  const page = await s.phone("/");
  await page.getByRole("button", { name: "More" }).tap();
  await page.getByRole("link", { name: "Rehearse" }).tap();
  await page.getByRole("button", { name: "Play the scenario" }).tap();
  await page.getByRole("region", { name: "What Sallyport did" }).getByText("Succeeded").waitFor();
  await page.getByRole("region", { name: "What Sallyport did" }).getByRole("link", { name: "Reset password" }).tap();
  await page.getByRole("dialog", { name: "Reset password" }).getByRole("region", { name: "input" }).waitFor();
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(over, 0);
});
