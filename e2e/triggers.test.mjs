// What starts a flow, on its page: the address and its token, those to whom it is
// delegated, the next time; the runs that come of it, step by step; its secrets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, until } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();

/** Makes a flow of its YAML, switched on, and opens its page. */
async function opened(yaml, { at = "", enabled = true, ...options } = {}) {
  const folder = await api(s.demo, "POST", "/folders", { name: `folder ${yaml.slice(6, 14)}` });
  const { id } = await api(s.demo, "POST", "/flows", { folder: folder.id, yaml });
  await api(s.demo, "POST", `/flows/${id}/publish`, {});
  if (enabled) await api(s.demo, "PATCH", `/flows/${id}`, { enabled });
  return { id, page: await s.open(`/flows/${id}${at}`, options) };
}

test("an endpoint gets a name and a token, and answers who has it", played, async () => {
  const { page } = await opened(
    "flow: greet\ntitle: Greet\ntrigger: { api: { access: token, inputs: { who: { type: text, from: body } } } }\n" +
      'cards: [ { return: { said: "Hello {{ input.who }}" } } ]\n',
    { answers: [400] },
  );
  const strip = page.getByRole("region", { name: "Address" });
  await strip.getByText("There is no client token yet").waitFor();
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
  await strip.getByText("every Full Admin").waitFor();
  await strip.getByRole("button", { name: "Run for a user" }).click();
  const run = page.getByRole("dialog", { name: "Run Help" });
  await run.getByLabel("Okta user id").fill("00u1");
  await run.getByLabel("why").fill("a ticket");
  await run.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForURL(/\/runs\//);
  const at = new URL(page.url()).pathname.split("/").pop();
  await until("the run", async () => (await api(s.demo, "GET", `/runs/${at}`)).result?.said === "00u1: a ticket");
  assert.deepEqual((await api(s.demo, "GET", `/flows/${id}/delegates`)).roles, [{ id: "admin", name: "Full Admin" }]);
});

test("a scheduled flow shows when it starts next", played, async () => {
  const { page } = await opened(
    'flow: night\ntitle: At night\ntrigger: { schedule: { cron: "0 0 3 * * *", zone: Europe/Berlin } }\ncards: [ { stop: x } ]\n',
  );
  const strip = page.getByRole("region", { name: "Next run" });
  await strip.getByText("Every day at 03:00, Europe/Berlin").waitFor();
  await strip.getByText(/\d{4}, \d\d:00:00 /).waitFor();
  await page.getByRole("switch", { name: "At night: on" }).click();
  await strip.getByText("None while it is switched off").waitFor();
});

test(
  "a run is gone through step by step, into the flow that it called and the run that it started",
  played,
  async () => {
    const folder = await api(s.demo, "POST", "/folders", { name: "Calls" });
    const made = async (yaml) => {
      const { id } = await api(s.demo, "POST", "/flows", { folder: folder.id, yaml });
      await api(s.demo, "POST", `/flows/${id}/publish`, {});
      await api(s.demo, "PATCH", `/flows/${id}`, { enabled: true });
      return id;
    };
    await made(
      "flow: louder\ntitle: Louder\ntrigger: { call: { inputs: { word: text } } }\n" +
        'cards: [ { id: up, title: Shout it, use: text.to_upper_case, with: { text: "{{ input.word }}" } }, { return: { word: "{{ up.text }}" } } ]\n',
    );
    const id = await made(
      "flow: outer\ntitle: Outer\ntrigger: { on_demand: }\ncards:\n" +
        "  - { id: here, title: Call it, call: louder, with: { word: ada } }\n" +
        "  - { id: there, title: Start it, call: louder, async: true, with: { word: bob } }\n",
    );
    const run = await api(s.demo, "POST", `/flows/${id}/run`, {});
    await until("its end", async () => (await api(s.demo, "GET", `/runs/${run.id}`)).endedAt);
    const page = await s.open(`/runs/${run.id}`);
    await page.locator('[data-card="here"]').click();
    await page.getByRole("button", { name: "Open what it called: Louder" }).click();
    const calls = page.getByRole("navigation", { name: "Calls" });
    await calls.getByText("Louder").waitFor();
    await page.locator('[data-card="up"]').getByText("Done").waitFor();
    // The cards show the data of the run, and on hover the reference that it came from.
    await page.locator('[data-card="trigger"]').getByText("ada", { exact: true }).waitFor();
    assert.equal(await page.locator('[data-card="up"] [title*="{{ input.word }}"]').innerText(), "ada");
    const steps = page.getByRole("navigation", { name: "Steps" });
    await page.getByRole("region", { name: "output" }).getByText("ADA").waitFor();
    await calls.getByRole("button", { name: "Outer" }).click();
    await page.locator('[data-card="there"]').click();
    assert.match(await steps.innerText(), /Step \d of \d/);
    await steps.getByRole("button", { name: "Before" }).click();
    await calls.getByText("Louder").waitFor(); // what went before was in there
    await steps.getByRole("button", { name: "Next" }).click();
    await page.getByRole("link", { name: "Open the run that it started" }).click();
    await page.getByRole("heading", { level: 1, name: "Louder" }).waitFor();
  },
);

test("a secret option is entered once, and shown to nobody", played, async () => {
  const { page } = await opened(
    "flow: keyed\ntitle: Keyed\noptions: { key: { type: secret, title: Key of the service, required: true }, place: { type: text, title: Place } }\n" +
      'trigger: { api: { access: public } }\ncards: [ { return: { said: "{{ options.place }}" } } ]\n',
    { at: "?tab=setup", enabled: false },
  );
  const key = page.getByLabel("Key of the service");
  await key.fill("0pen-sesame");
  await page.getByLabel("Place").fill("here");
  await page.getByRole("button", { name: "Save" }).click();
  await until("the form to forget it", async () => (await key.inputValue()) === "");
  await page.reload();
  await until("it to be set", async () => (await key.getAttribute("placeholder")) === "Unchanged");
  assert.equal(await page.getByLabel("Place").inputValue(), "here");
  assert.ok(!(await page.content()).includes("sesame"));
});
