// A way to super administrator: somebody is given one, and it is planned away, run,
// seen to be gone in Okta and in what is judged, and brought back.
import assert from "node:assert/strict";
import { until } from "./demo.mjs";

/** Asks an Okta org as its administrator. */
export function asAdministrator({ url, token }) {
  return async (method, path, body) => {
    const headers = { Authorization: `SSWS ${token}`, Accept: "application/json", "Content-Type": "application/json" };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `Okta: ${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

/** Of those who are no administrators the one whose password is the oldest becomes one, by a group. */
export async function giveAWay(okta) {
  const users = (await okta("GET", "/api/v1/users?limit=200")).filter((u) => u.status === "ACTIVE");
  const [group] = await okta("GET", "/api/v1/groups?q=Super%20admins");
  for (const person of users.toSorted((a, b) => a.passwordChanged.localeCompare(b.passwordChanged)))
    if ((await okta("GET", `/api/v1/users/${person.id}/roles`)).length === 0) {
      await okta("PUT", `/api/v1/groups/${group.id}/users/${person.id}`);
      return { person, group };
    }
  throw new Error("everybody is an administrator");
}

/** Approves a plan. */
export async function approve(page, plan, why) {
  await page.goto(plan);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByLabel("Note").fill(why);
  await page.getByRole("button", { name: "Approve, and have it run" }).click();
  await page.getByRole("button", { name: "Undo all" }).waitFor();
}

/**
 * The way of a person by a group, in an org that Sallyport reads. `ask` asks
 * Sallyport's API; `through` names the connection that the change is made by, where
 * there are several.
 */
export function wayOf({ base, ask, okta, tenant, person, group, through }) {
  const isMember = async () => (await okta("GET", `/api/v1/groups/${group.id}/users`)).some((u) => u.id === person.id);

  /** Waits until no reading of the org runs, and returns what the last one was. */
  function readToEnd(after) {
    return until(
      "the org is read",
      async () => {
        const { sync } = await ask("GET", `/tenants/${tenant}`);
        return sync && sync.state === "done" && sync.id !== after && sync;
      },
      120_000,
    );
  }

  /** Has the org read again by the button on its page, and judged. */
  async function readAgain(page) {
    const { id } = await readToEnd();
    await page.goto(`${base}/visibility/${tenant}`);
    await page.getByRole("button", { name: "Read now" }).click();
    await readToEnd(id);
    await page.goto(`${base}/posture`);
    await page.getByRole("button", { name: "Judge now" }).click();
    await page.getByText(/^Judged by/).waitFor();
  }

  /** The finding that depends on the person being super administrator, as it stands. */
  async function finding(check = "ADM-008") {
    const query = `check=${check}&kind=user&object=${person.id}`;
    const { items } = await ask("GET", `/tenants/${tenant}/findings?${query}`);
    return items[0];
  }

  /** From the page of the person's access to a plan that takes them out of the group. */
  async function plan(page) {
    await page.getByText(/Can become super administrator in \d steps/).waitFor();
    await page.getByRole("button", { name: "As a list" }).click();
    const way = page.getByRole("list", { name: "Way 1" });
    await way.getByText("is a member of", { exact: true }).waitFor();
    await way.getByRole("button", { name: /Plan it: Take .* out of Super admins/ }).click();
    const dialog = page.getByRole("dialog", { name: /Plan a remedy for/ });
    assert.equal(await dialog.getByRole("textbox", { name: "Group (required)" }).inputValue(), group.id);
    if (through) await dialog.getByRole("combobox", { name: /^Through/ }).selectOption({ label: through });
    await dialog.getByRole("button", { name: "Show the plan" }).click();

    // Exactly the call that will be made, before anything is.
    await page.waitForURL(/\/remedies\/.+/);
    const steps = page.getByRole("list", { name: "Steps" });
    await steps.getByText(`${person.profile.login} leaves the group Super admins`).waitFor();
    await steps.getByText(`/api/v1/groups/${group.id}/users/${person.id}`).waitFor();
    await steps.getByText("DELETE", { exact: true }).waitFor();
    await page.getByRole("link", { name: "a way to administrator" }).waitFor();
    assert.equal(await isMember(), true);
    return page.url();
  }

  /** All of it, from the page of the person's access; another administrator approves it. */
  async function takenAway(page, other) {
    await ask("POST", `/tenants/${tenant}/posture`, {});
    assert.equal((await finding())?.state, "open", "an administrator has a password that is old");
    const planned = await plan(page);
    await page
      .getByText(/gives the admin role .*SUPER_ADMIN/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Ask for approval" }).click();
    await page.getByText("Waits for approval").first().waitFor();
    assert.equal(await isMember(), true);
    await approve(other, planned, "They are no administrator");
    await page.getByRole("button", { name: "Undo all" }).waitFor();
    assert.equal(await isMember(), false);

    // The org is read and judged again: no way is left, and nothing is found any more.
    await readAgain(page);
    assert.equal((await finding()).state, "closed");
    await page.goto(`${base}/access/${tenant}/user/${person.id}`);
    await page
      .getByText("No way from here to super administrator is known")
      .or(page.getByText("It gives access to nothing that is known"))
      .waitFor();

    await page.goto(planned);
    await page.getByRole("button", { name: "Undo all" }).click();
    await page.getByRole("button", { name: "Undo 1 step" }).click();
    await until("the plan is undone", isMember);
    await readAgain(page);
    await page.goto(`${base}/access/${tenant}/user/${person.id}`);
    await page.getByText(/Can become super administrator in \d steps/).waitFor();
    assert.equal((await finding()).state, "open");
  }

  return { readToEnd, takenAway };
}
