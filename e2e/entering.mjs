// What people do who come in: the first of them, those with a password, and those
// who are written to.
import { sandbox, until } from "./demo.mjs";

export const password = "correct horse battery staple";

/** Makes the first administrator by the link that the server prints. */
export async function firstAdmin(s, name, email, answers = []) {
  const page = await s.open("/sign-in", { link: null, answers: [400, 401, ...answers], beside: s.demo.beside });
  await page.goto(s.demo.link);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: /Make the account/ }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return page;
}

/** Invites somebody as Full Admin, by what asks the API, and has them come in by the letter: their page. */
export async function secondAdmin(s, ask, name, email) {
  await ask("POST", "/members", { email, roles: ["admin"] });
  const page = await s.open("/sign-in", { link: null, answers: [401] });
  await page.goto(await letterTo(s, email, "/invite"));
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.locator("form button[type=submit]").click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await byPassword(page, email);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return page;
}

/** Signs in by a password, on the page where one does. */
export async function byPassword(page, email) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The link to a page in the newest letter to somebody, once there are as many letters with one. */
export function letterTo(s, email, path, count = 1) {
  return until(`a letter to ${email} with a link to ${path}`, async () => {
    const mails = await sandbox(s.demo, "GET", `/mail?to=${encodeURIComponent(email)}`);
    const links = mails.map((m) => new RegExp(`${s.demo.base}${path}#\\S+`).exec(m.text)?.[0]).filter(Boolean);
    return links.length >= count ? links.at(-1) : undefined;
  });
}

/** Who is signed in in a page, by the server's word: address and names of roles; undefined for nobody. */
export async function whoIs(page) {
  const answer = await page.request.get(new URL("/api/v1/session", page.url()).href);
  if (!answer.ok()) return undefined;
  const { account, roles, organization, method } = await answer.json();
  return { email: account.email, roles: roles.map((r) => r.name).sort(), organization: organization.slug, method };
}
