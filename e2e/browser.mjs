// A browser for the stories: Debian's Chromium, driven by playwright-core.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

// The package is the console's; what is of the stories alone is in e2e/package.json.
const { chromium } = createRequire(new URL("../web/package.json", import.meta.url))("playwright-core");

const path = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why there is no browser, or false: for the skip option of a test. */
export function noBrowser() {
  if (existsSync(path) || process.env.REQUIRE_BROWSER) return false;
  return `there is no browser at ${path} (apt-get install chromium, or set CHROMIUM)`;
}

/** Starts a browser with a profile of its own, which talks to nobody by itself. */
export function launch() {
  return chromium.launch({
    executablePath: path,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
