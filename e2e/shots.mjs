// Pictures of every page, on a desk and on a phone, in light and dark, full,
// empty, loading and failing: e2e/shots/. They are looked at, not compared.
//
//   node e2e/shots.mjs [pattern of names …]
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { places, startFilled } from "./places.mjs";

const out = fileURLToPath(new URL("shots/", import.meta.url));
const wanted = process.argv.slice(2);
const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const themes = ["light", "dark"];

/** Answers of the API in other states than the demo's. */
const states = {
  loading: (route) => new Promise((go) => setTimeout(go, 20_000)).then(() => route.abort().catch(() => {})),
  error: (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/json",
      body: JSON.stringify({ error: { kind: "unavailable", message: "the database does not answer", requestId: "01k9m3x7q2v5t8w1" } }),
    }),
  empty: (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.endsWith("/overview")) {
      const none = { failedRuns: 0, waitingRuns: 0, refusedActions: 0, unknownActions: 0, failingSources: 0, failedConnections: 0 };
      const day = { events: 0, runs: 0, failedRuns: 0, actions: 0 };
      const setup = { connections: 0, sources: 0, flows: 0, enabledFlows: 0 };
      return route.fulfill({ json: { needs: none, day, setup, sources: [], since: new Date().toISOString() } });
    }
    if (path.endsWith("/facets")) return route.fulfill({ json: { states: [], severities: [], types: [], rules: [], assignees: [], overdue: 0 } });
    if (path.endsWith("/attack")) return route.continue();
    const paged = /\/(runs|actions|events|timeline|rows|alerts|cases)$/.test(path);
    return route.fulfill({ json: paged ? { items: [], total: 0 } : [] });
  },
};
const stateful = ["overview", "alerts", "cases", "rules", "suppressions", "flows", "runs", "tables", "table", "connections", "sources", "templates", "activity", "tokens"];
const single = ["alert", "case", "rule", "suppression", "flow", "run", "connection", "source", "action", "event", "guard"];

/** What one sees only after having done something. */
const acts = {
  "rehearse-played": async (page, to) => {
    await to("/rehearse");
    await page.getByRole("button", { name: "Play the scenario" }).click();
    const did = page.getByRole("region", { name: "What Sallyport did" });
    await did.getByText("Succeeded").waitFor();
    await page.getByText("#security").waitFor();
  },
  "run-now": async (page, to, all) => {
    await to(all.flow);
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByRole("dialog").getByRole("radio").first().waitFor();
  },
  "row-new": async (page, to, all) => {
    await to(`${all.table}?row=new`);
    await page.getByRole("dialog").waitFor();
  },
  "flow-edit-card": async (page, to, all) => {
    await to(all["flow-edit"]);
    const card = page.locator('[data-card="details"], button').filter({ hasText: "What was reported" }).first();
    await card.click();
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("Done in").waitFor();
  },
  "flow-edit-yaml": async (page, to, all) => {
    await to(all["flow-edit"]);
    await page.getByRole("button", { name: "YAML" }).click();
    await page.getByRole("textbox", { name: "YAML of the flow" }).waitFor();
  },
  "flow-edit-add": async (page, to, all) => {
    await to(all["flow-edit"]);
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    await page.getByRole("dialog", { name: "Add a card" }).waitFor();
  },
  "flow-edit-publish": async (page, to, all) => {
    await to(all["flow-edit"]);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("dialog").getByRole("textbox").first().waitFor();
  },
  find: async (page, to) => {
    await to("/");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").fill("s");
  },
  keys: async (page, to) => {
    await to("/runs");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
};

async function shoot(page, name) {
  await page.screenshot({ path: `${out}${name}.png` });
  process.stdout.write(`${name}\n`);
}

/** Everything in sight has come. */
async function settled(page) {
  await page.waitForLoadState("domcontentloaded");
  await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"], .breathe') && document.querySelector("h1"), null, { timeout: 5_000 }).catch(() => {});
  await page.evaluate(() => document.fonts.ready);
  await new Promise((go) => setTimeout(go, 250));
}

const demo = await startFilled();
const browser = await launch();
try {
  await mkdir(out, { recursive: true });
  const all = await places(demo);
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const theme of themes) {
      const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: "reduce", deviceScaleFactor: 1, hasTouch: size === "phone" });
      const page = await context.newPage();
      page.on("console", (m) => m.type() === "error" && !/503|ERR_FAILED|status of 40/.test(m.text()) && console.error(`  ! ${m.text()}`));
      page.on("pageerror", (e) => console.error(`  ! ${e.message}`));
      await page.goto(`${demo.base}/sign-in`);
      const is = (name) => wanted.length === 0 || wanted.some((w) => new RegExp(w).test(`${name}-${size}-${theme}`));
      if (is("sign-in")) await shoot(page, `sign-in-${size}-${theme}`);
      await page.goto(demo.console);
      await page.waitForURL(`${demo.base}/`);
      for (const [name, path] of Object.entries(all)) {
        if (!is(name)) continue;
        await page.goto(demo.base + path);
        await settled(page);
        await shoot(page, `${name}-${size}-${theme}`);
      }
      const to = async (path) => {
        await page.goto(demo.base + path);
        await settled(page);
      };
      for (const [name, act] of Object.entries(acts)) {
        if (!is(name)) continue;
        await act(page, to, all);
        await page.evaluate(() => document.fonts.ready);
        await shoot(page, `${name}-${size}-${theme}`);
      }
      for (const [state, answer] of Object.entries(states)) {
        for (const name of state === "empty" ? stateful : [...stateful, ...single]) {
          if (!is(`${name}-${state}`)) continue;
          const held = (url) => url.pathname.startsWith("/api/v1/") && !/\/(session|live|templates\/.+|tables\/[^/]+)$/.test(url.pathname);
          const match = state === "empty" ? held : (url) => url.pathname.startsWith("/api/v1/") && !/\/(session|live)$/.test(url.pathname);
          await page.route(match, answer);
          await page.goto(demo.base + all[name]);
          await new Promise((go) => setTimeout(go, state === "error" ? 2_600 : 900));
          await shoot(page, `${name}-${state}-${size}-${theme}`);
          await page.unroute(match);
        }
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
