// What every story has: a demo, a browser, and somebody who watches what the
// pages do while they are played.
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { launch, noBrowser } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

/** How long anything in a page is waited for. */
const patience = 15_000;

/**
 * Starts a demo and a browser for the tests of a file, and checks after each of
 * them that no page failed, broke the content security policy or asked anybody
 * else for anything. `start` may start something other than a demo.
 */
export function stage(start = startDemo) {
  const s = { demo: undefined, browser: undefined, open, phone };
  const contexts = [];
  let seen = [];
  before(async () => {
    if (noBrowser()) return;
    s.demo = await start();
    s.browser = await launch();
  });
  after(async () => {
    await s.browser?.close();
    await s.demo?.stop();
  });
  afterEach(async () => {
    const found = seen;
    seen = [];
    for (const c of contexts.splice(0)) await c.close();
    assert.deepEqual(found, [], "what went wrong in the browser");
  });

  /**
   * A page that is signed in, at a path. `answers` are the statuses that are part
   * of the story, of which the browser writes a line otherwise; `alone` says that
   * the server goes away in it; `beside` are the origins of others that the story
   * goes to.
   */
  async function open(
    path = "/",
    { answers = [], alone = false, beside = [], link = s.demo.console, ...options } = {},
  ) {
    const context = await s.browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      timezoneId: "America/New_York",
      ...options,
    });
    contexts.push(context);
    context.setDefaultTimeout(patience);
    context.on("request", (r) => {
      if (/^https?:/.test(r.url()) && ![s.demo.base, ...beside].includes(new URL(r.url()).origin))
        seen.push(`asked ${r.url()}`);
    });
    context.on("weberror", (e) => seen.push(e.error().message));
    context.on("console", (m) => {
      const status = Number(/status of (\d+)/.exec(m.text())?.[1]);
      const expected = answers.includes(status) || (alone && /net::ERR_/.test(m.text()));
      if (m.type() === "error" && !expected) seen.push(m.text());
    });
    const page = await context.newPage();
    if (link) {
      await page.goto(link);
      await page.waitForURL(`${s.demo.base}/`);
    }
    if (path !== "/" || !link) await page.goto(s.demo.base + path);
    await page.locator(link ? "#main h1" : "h1").waitFor();
    return page;
  }

  function phone(path, options) {
    return open(path, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, ...options });
  }

  return s;
}

/** Skips a story where there is no browser, and gives up on one that hangs. */
export const played = { skip: noBrowser(), timeout: 60_000 };
