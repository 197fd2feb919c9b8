// What starts a flow, on its page: the address and its token, those to whom it is
// delegated, the next time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();

/** Makes a flow of its YAML, switched on, and opens its page. */
async function opened(yaml, options) {
  const folder = await api(s.demo, "POST", "/folders", { name: `folder ${yaml.slice(6, 14)}` });
  const { id } = await api(s.demo, "POST", "/flows", { folder: folder.id, yaml });
  await api(s.demo, "POST", `/flows/${id}/publish`, {});
  await api(s.demo, "PATCH", `/flows/${id}`, { enabled: true });
  return { id, page: await s.open(`/flows/${id}`, options) };
}

test("an endpoint gets a name and a token, and answers who has it", played, async () => {
  const { page } = await opened(
    "flow: greet\ntitle: Greet\ntrigger: { api: { access: token, inputs: { who: { type: text, from: body } } } }\n" +
      'cards: [ { return: { said: "Hello {{ input.who }}" } } ]\n',
    { answers: [400] },
  );
  const strip = page.getByRole("region", { name: "Address" });
  await strip.getByText("There is none yet").waitFor();
  await strip.getByRole("button", { name: "Change" }).click();
  const naming = page.getByRole("dialog", { name: "The flow's address" });
  await naming.getByLabel("Name in the address").fill("Greet us");
  await naming.getByRole("button", { name: "Save" }).click();
  await naming.getByText("small letters, digits, _ and -").waitFor();
  await naming.getByLabel("Name in the address").fill("greet-us");
  await naming.getByRole("button", { name: "Save" }).click();
  const url = `${s.demo.base}/api/flows/demo/greet-us`;
  await strip.getByText(url).waitFor();
  await strip.getByRole("button", { name: "Make a client token" }).click();
  await page.getByRole("dialog", { name: "Client token" }).getByRole("button", { name: "Make the token" }).click();
  const shown = page.getByRole("dialog", { name: "The client token" });
  const token = await shown.getByText(/^spc_/).textContent();
  await shown.getByRole("button", { name: "I have it" }).click();
  await strip.getByText(`The token ends in ${token.slice(-4)}`).waitFor();
  assert.ok(!(await page.content()).includes(token), "the token is shown once");
  const ask = (headers) => fetch(url, { method: "POST", headers, body: '{"who":"Ada"}' });
  const answer = await ask({ "x-api-client-token": token });
  assert.deepEqual([answer.status, await answer.json()], [200, { said: "Hello Ada" }]);
  assert.equal((await ask({})).status, 401);
});

test("a flow is delegated, and run for a user", played, async () => {
  const { id, page } = await opened(
    "flow: help\ntitle: Help\ntrigger: { delegated: { inputs: { why: { type: text, required: true } } } }\n" +
      'cards: [ { return: { said: "{{ context.user }}: {{ input.why }}" } } ]\n',
  );
  const strip = page.getByRole("region", { name: "Delegated to" });
  await strip.getByText("Nobody yet").waitFor();
  assert.equal(await page.getByRole("button", { name: "Run now" }).isDisabled(), true);
  await strip.getByRole("button", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "Who may run the flow" });
  await change.getByRole("checkbox", { name: "admin" }).check();
  await change.getByRole("button", { name: "Save" }).click();
  await strip.getByText("every admin").waitFor();
  await strip.getByRole("button", { name: "Run for a user" }).click();
  const run = page.getByRole("dialog", { name: "Run Help" });
  await run.getByLabel("Okta user id").fill("00u1");
  await run.getByLabel("why").fill("a ticket");
  await run.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForURL(/\/runs\//);
  const at = new URL(page.url()).pathname.split("/").pop();
  await until("the run", async () => (await api(s.demo, "GET", `/runs/${at}`)).result?.said === "00u1: a ticket");
  assert.deepEqual((await api(s.demo, "GET", `/flows/${id}/delegates`)).roles, ["admin"]);
});

test("a scheduled flow shows when it starts next", played, async () => {
  const { page } = await opened(
    'flow: night\ntitle: At night\ntrigger: { schedule: { cron: "0 0 3 * * *", zone: Europe/Berlin } }\ncards: [ { stop: x } ]\n',
  );
  const strip = page.getByRole("region", { name: "Next run" });
  await strip.getByText("(Europe/Berlin)").waitFor();
  await page.getByRole("switch", { name: "At night: on" }).click();
  await strip.getByText("None while it is switched off").waitFor();
});
