// Pictures of every page, on a desk and on a phone, in light and dark, full,
// empty, loading and failing: e2e/shots/. They are looked at, not compared.
//
//   node e2e/shots.mjs [pattern of names …]
//
// With WHOLE=1 a picture has the whole page, and not the first screen of it.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { sandbox } from "./demo.mjs";
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
      body: JSON.stringify({
        error: { kind: "unavailable", message: "the database does not answer", requestId: "01k9m3x7q2v5t8w1" },
      }),
    }),
  empty: (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.endsWith("/overview")) {
      const none = {
        failedRuns: 0,
        waitingRuns: 0,
        refusedActions: 0,
        unknownActions: 0,
        failingSources: 0,
        failedConnections: 0,
      };
      const day = { events: 0, runs: 0, failedRuns: 0, actions: 0 };
      const setup = { connections: 0, sources: 0, flows: 0, enabledFlows: 0 };
      return route.fulfill({ json: { needs: none, day, setup, sources: [], since: new Date().toISOString() } });
    }
    if (path.endsWith("/facets"))
      return route.fulfill({
        json: { states: [], severities: [], types: [], rules: [], assignees: [], attack: [], overdue: 0 },
      });
    if (/\/(attack|mail|nodes|audit\/verify)$/.test(path)) return route.continue();
    if (path.endsWith("/events/summary")) {
      const until = Date.now();
      const since = until - 7 * 86_400_000;
      return route.fulfill({
        json: {
          events: 0,
          complete: true,
          since: new Date(since),
          until: new Date(until),
          barSeconds: 10_080,
          bars: Array(60).fill(0),
          facets: [],
        },
      });
    }
    const paged =
      /\/(entities|changes|edges|edge-changes|findings|questions|remedies|runs|actions|events|timeline|rows|alerts|cases|letters|audit|members)$/.test(
        path,
      );
    return route.fulfill({ json: paged ? { items: [], total: 0 } : [] });
  },
};
const stateful = [
  "overview",
  "alerts",
  "cases",
  "rules",
  "suppressions",
  "events",
  "orgs",
  "connect",
  "access",
  "ask",
  "findings",
  "checks",
  "remedies",
  "remedy-schedules",
  "flows",
  "runs",
  "tables",
  "table",
  "connections",
  "sources",
  "templates",
  "activity",
  "tokens",
  "notifications",
  "members",
  "roles",
  "audit",
  "mail",
  "nodes",
  "okta-refused",
];
const single = [
  "alert",
  "case",
  "rule",
  "rule-copy",
  "rule-edit",
  "suppression",
  "flow",
  "run",
  "connection",
  "source",
  "action",
  "event",
  "connect-app",
  "org",
  "entity-person",
  "access-of",
  "finding",
  "check",
  "remedy",
  "kept",
  "guard",
  "channel-1",
  "okta",
  "okta-provisioning",
  "signin-rules",
  "account",
];

/** What one sees only after having done something. */
const acts = {
  "rehearse-played": async (page, to) => {
    await to("/rehearse");
    await page.getByRole("button", { name: "Play the scenario" }).click();
    const did = page.getByRole("region", { name: "What Sallyport did" });
    await did.getByText("Succeeded").waitFor();
    await page.getByText("#security").first().waitFor();
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
  "rule-edit-cases": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("region", { name: "Cases", exact: true }).getByRole("button").first().click();
  },
  "rule-edit-try": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("tab", { name: "Try" }).click();
    await page
      .getByRole("textbox", { name: "Event", exact: true })
      .fill('{ "eventType": "user.session.start", "outcome": { "result": "FAILURE" } }');
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("It does not fire.").waitFor();
  },
  "rule-edit-versions": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("From the pack").waitFor();
  },
  "rule-edit-tested": async (page, to, all) => {
    await to(all.rule);
    await page.getByRole("link", { name: "Make it ours" }).click();
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByText("It can be published").waitFor();
    const tested = page.getByRole("region", { name: "Backtest" });
    await tested.getByRole("button", { name: "Test", exact: true }).click();
    await tested
      .getByText(/\d hits?/)
      .first()
      .waitFor();
    await tested.scrollIntoViewIfNeeded();
  },
  "rule-edit-publish": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
  },
  "rule-edit-delete": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("button", { name: "More for this rule" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByText("stops with").waitFor();
  },
  "rule-edit-leave": async (page, to, all) => {
    await to(all["rule-edit"]);
    await page.getByRole("textbox", { name: "Text of the rule" }).press("x");
    await page.getByRole("link", { name: "Rules", exact: true }).first().click();
    await page.getByRole("dialog").waitFor();
  },
  "connect-running": async (page, to) => {
    const slow = await sandbox(demo, "POST", "/faults", { service: "okta", path: "/api/v1/apps", delay_ms: 1_500 });
    await connectBy(page, to);
    await page.getByText("Grant its scopes").waitFor();
    await page.getByText(/\(2 of/).waitFor();
    page.shot = async () => {
      await page.getByRole("button", { name: "Cancel" }).click();
      await sandbox(demo, "DELETE", `/faults/${slow.id}`);
      await page.getByText("It was canceled", { exact: true }).waitFor();
    };
  },
  "connect-failed": async (page, to) => {
    const refuse = { service: "okta", method: "POST", path: "/oauth2/v1/clients", status: 403, count: 1 };
    await sandbox(demo, "POST", "/faults", { ...refuse, kind: "status" });
    await connectBy(page, to);
    await page.getByText("Nothing is left in the org").waitFor();
  },
  "connect-done": async (page, to) => {
    await connectBy(page, to, `Sallyport ${Date.now()}`);
    await page.getByRole("region", { name: "What this credential sees" }).waitFor();
  },
  "events-wrong": async (page, to) => {
    await to('/events?filter=outcome.result eqq "FAILURE"');
    await page.getByRole("alert").waitFor();
  },
  "events-completion": async (page, to) => {
    await to("/events?range=all");
    await page.keyboard.press("/");
    await page.keyboard.type('eventType eq "user.s');
    await page.getByRole("option").first().waitFor();
  },
  "events-bars": async (page, to) => {
    await to("/events?range=all");
    await page.getByRole("slider", { name: "Time of the events" }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
  },
  "events-saved": async (page, to) => {
    await to('/events?filter=outcome.result eq "FAILURE"&range=all');
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByText("Failed sign-ins").waitFor();
  },
  "events-save": async (page, to) => {
    await to('/events?filter=outcome.result eq "FAILURE"&range=all');
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("button", { name: "Save this search" }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
  },
  "events-time": async (page, to) => {
    await to("/events?range=all");
    await page.getByRole("combobox", { name: "Time", exact: true }).selectOption("");
    await page.getByRole("dialog").waitFor();
  },
  "kept-changed": async (page, to, all) => {
    await to(all.kept);
    await page.getByLabel("Days").fill("30");
    const old = { events: 1_204_000, stay: 12, since: "2020-01-02T03:04:05Z", before: "2026-01-02T03:04:05Z" };
    const asked = "**/api/v1/events/retention/preview?*";
    await page.route(asked, (route) => route.fulfill({ json: old }));
    await page.getByLabel("Days").fill("31");
    await page.getByText("1,204,000 events").waitFor();
    await page.unroute(asked);
  },
  "alerts-attack": async (page, to) => {
    await to("/alerts?view=all&attack=T1621");
    await page.getByRole("button", { name: /^ATT&CK/ }).click();
    await page.getByRole("menuitemcheckbox").first().waitFor();
  },
  "alert-chip": async (page, to, all) => {
    await to(all.alert);
    await page
      .getByRole("main")
      .getByRole("button", { name: /^(Person|Address) / })
      .first()
      .click();
    await page
      .getByRole("link", { name: /^Alerts about/ })
      .first()
      .waitFor();
  },
  "alert-close": async (page, to, all) => {
    await to(all.alert);
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
  },
  "channel-new": async (page, to) => {
    await to("/settings/notifications");
    await page.getByRole("button", { name: "New channel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Connection" }).selectOption({ label: "Slack (sandbox)" });
    await dialog.getByLabel("Channel").fill("security");
    await dialog.getByRole("checkbox", { name: /Hold messages/ }).check();
    await dialog.getByText("Every day from").waitFor();
  },
  "channel-edit": async (page, to) => {
    await to("/settings/notifications");
    await page.getByRole("button", { name: /^More for On call/ }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await page.getByRole("dialog").getByText("Every day").scrollIntoViewIfNeeded();
  },
  "palette-events": async (page, to) => {
    await to("/");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").fill("suspicious");
    await new Promise((go) => setTimeout(go, 600));
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

/** Has an app made in the org of the sandbox. */
async function connectBy(page, to, name = "Sallyport service") {
  const { url, token } = (await sandbox(demo, "GET", "/state")).okta;
  await to("/visibility/connect/app");
  await page.getByLabel("Domain of the org").fill(url);
  await page.getByLabel("Temporary API token").fill(token);
  await page.getByRole("checkbox", { name: /^End the token/ }).uncheck();
  await page.getByText("Names, network, rate limits, kind of key, binding of tokens").click();
  await page.getByLabel("Name of the app in Okta").fill(name);
  await page.getByLabel("Name of the connection").fill(name);
  await page.getByLabel("Kind of key").selectOption("ec");
  await page.getByRole("button", { name: "Make the app" }).click();
}

async function shoot(page, name) {
  await page.screenshot({ path: `${out}${name}.png`, fullPage: Boolean(process.env.WHOLE) });
  process.stdout.write(`${name}\n`);
}

/** Everything in sight has come. */
async function settled(page) {
  await page.waitForLoadState("domcontentloaded");
  await page
    .waitForFunction(
      () => !document.querySelector('[aria-label="Loading"], .breathe') && document.querySelector("h1"),
      null,
      { timeout: 5_000 },
    )
    .catch(() => {});
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
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        reducedMotion: "reduce",
        deviceScaleFactor: 1,
        hasTouch: size === "phone",
      });
      const page = await context.newPage();
      page.on(
        "console",
        (m) =>
          m.type() === "error" && !/503|ERR_FAILED|status of 40/.test(m.text()) && console.error(`  ! ${m.text()}`),
      );
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
        await page.shot?.();
        page.shot = undefined;
      }
      for (const [state, answer] of Object.entries(states)) {
        for (const name of state === "empty" ? stateful : [...stateful, ...single]) {
          if (!is(`${name}-${state}`)) continue;
          const held = (url) =>
            url.pathname.startsWith("/api/v1/") && !/\/(session|live|templates\/.+|tables\/[^/]+)$/.test(url.pathname);
          const match =
            state === "empty"
              ? held
              : (url) => url.pathname.startsWith("/api/v1/") && !/\/(session|live)$/.test(url.pathname);
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
