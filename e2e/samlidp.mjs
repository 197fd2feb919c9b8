// An identity provider that is not ours: saml-idp of npm, which signs in whomever
// one says that one is.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./demo.mjs";

const program = fileURLToPath(new URL("node_modules/saml-idp/bin/run.js", import.meta.url));

/** Why there is no such identity provider, or false: for the skip option of a test. */
export function noIdP() {
  if (existsSync(program) || process.env.REQUIRE_BROWSER) return false;
  return "saml-idp is not installed (make e2e/node_modules)";
}

/**
 * Starts an identity provider for an organization of a server, with a key of its
 * own (in PKCS#1, as it wants it). Returns its base URL, its metadata and stop.
 */
export async function startIdP(server, organization) {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-idp-"));
  const gone = () => rm(folder, { recursive: true, force: true });
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    await writeFile(key, privateKey, { mode: 0o600 });
    execFileSync("openssl", ["req", "-x509", "-new", "-key", key, "-subj", "/CN=idp", "-days", "365", "-out", cert], {
      stdio: "pipe",
    });
    const entity = `${server.base}/saml/${organization}`;
    const args = [
      ...["--host", "127.0.0.1", "--port", "0", "--issuer", "urn:other:idp", "--rollSession"],
      ...["--acsUrl", `${entity}/acs`, "--audience", entity, "--key", key, "--cert", cert],
    ];
    const { at, stop } = await start(
      [program, ...args],
      { PORT: "" },
      (line) => /http:\/\/localhost:(\d+)\/metadata/.exec(line)?.[1],
      process.execPath,
    );
    const base = `http://127.0.0.1:${at}`;
    return { base, metadata: () => fetch(`${base}/metadata`).then((a) => a.text()), stop: () => stop().finally(gone) };
  } catch (error) {
    await gone();
    throw error;
  }
}

// Its pages ask for a font from elsewhere. They are told that there is nothing to it.
const fonts = "http://fonts.googleapis.com";

/** The origins that its pages ask. */
export const origins = (idp) => [idp.base, fonts];

/** Has a browser do without what its pages would fetch from elsewhere. */
export async function withoutFonts(page) {
  await page.context().route(`${fonts}/**`, (route) => route.fulfill({ contentType: "text/css", body: "" }));
  return page;
}

/** Signs in on the page of the identity provider, as somebody who is in some groups. */
export async function asSomebody(page, email, groups, name = "Eve") {
  await page.getByLabel("Subject NameID").fill(email);
  await page.getByLabel("First Name").fill(name);
  await page.getByLabel("Last Name").fill("Stone");
  await page.getByLabel("Display Name").fill(`${name} Stone`);
  await page.getByLabel("E-Mail Address").fill(email);
  // The groups are tags, of which those of the last sign-in are still there.
  const tags = page.locator(".bootstrap-tagsinput").last();
  const set = tags.locator(".tag [data-role=remove]");
  while ((await set.count()) > 0) await set.first().click();
  for (const g of groups) {
    await tags.locator("input").pressSequentially(g);
    await tags.locator("input").press("Enter");
  }
  await page.locator("#btn-sign-in").click();
}
