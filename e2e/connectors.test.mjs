// A connector of one's own: of a curl command and of an OpenAPI document.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
let peer;
before(async () => {
  const server = createServer((req, res) => {
    const ok = req.headers["x-api-key"] === "s3cret-key-1";
    res.writeHead(ok ? 200 : 401, { "Content-Type": "application/json" }).end(JSON.stringify({ path: req.url }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  peer = { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close().closeAllConnections() };
});
after(() => peer.close());

const spec = {
  openapi: "3.0.0",
  info: { title: "People", version: "1" },
  paths: {
    "/people": {
      get: { operationId: "listPeople", summary: "List people", responses: { 200: { description: "ok" } } },
    },
    "/people/{id}": {
      delete: {
        operationId: "removePerson",
        summary: "Remove a person",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        responses: { 204: { description: "ok" } },
      },
    },
  },
};

test(
  "a connector is made of a curl command and a document, and connected with the secret that was in it",
  played,
  async () => {
    const page = await s.open("/catalogue", { answers: [400] });
    await page.getByRole("link", { name: "Make a connector" }).click();
    await page.getByRole("heading", { level: 1, name: "Make a connector" }).waitFor();
    await page.getByLabel("Title").fill("HR system");
    await page.getByRole("button", { name: "From a curl command" }).click();
    const curl = page.getByRole("dialog", { name: "From a curl command" });
    await curl.getByLabel("Command").fill("wget x");
    await curl.getByRole("button", { name: "Read it" }).click();
    await curl.getByText(/must begin with curl/).waitFor();
    await curl
      .getByLabel("Command")
      .fill(`curl ${peer.base}/v1/users/{id}/notes -H 'X-Api-Key: s3cret-key-1' -d '{"text":"hello"}'`);
    await curl.getByRole("button", { name: "Read it" }).click();
    await curl.getByText("api_key: for the connection").waitFor();
    await curl.getByRole("button", { name: "Add the action" }).click();
    await page
      .getByRole("button", { name: /Create user note/ })
      .first()
      .waitFor();
    assert.equal(await page.getByLabel("Address").inputValue(), peer.base);

    await page.getByRole("button", { name: "From an OpenAPI document" }).click();
    const open = page.getByRole("dialog", { name: "From an OpenAPI document" });
    await open.getByLabel("Or paste it").fill(JSON.stringify(spec));
    await open.getByRole("button", { name: "Read it" }).click();
    await open.getByRole("checkbox", { name: "List people" }).click();
    await open.getByRole("button", { name: "Add 1 action" }).click();
    await page.getByLabel("Connections are tested by").selectOption({ label: "List people" });

    await page.getByRole("tab", { name: "YAML" }).click();
    const file = page.getByRole("textbox", { name: "Connector file" });
    await page.waitForFunction(() =>
      document.querySelector('textarea[aria-label="Connector file"]')?.value.includes("list_people"),
    );
    assert.ok(!(await file.inputValue()).includes("s3cret"), "the secret is not in the file");
    await page.getByRole("button", { name: "Make it" }).click();

    const form = page.getByRole("dialog", { name: "Connect HR system" });
    await form.getByRole("button", { name: "Test and save" }).click();
    await page.getByText("It was tested, and works.").waitFor();
    await page.getByRole("heading", { level: 1, name: "HR system" }).waitFor();
    const connector = await api(s.demo, "GET", "/connectors/own_hr_system");
    assert.deepEqual(connector.actionList.map((a) => a.id).sort(), ["create_user_note", "list_people"]);

    // It is in the catalogue, and is changed there.
    await page.goto(`${s.demo.base}/catalogue?open=own_hr_system.list_people`);
    await page.getByRole("link", { name: "Change the connector" }).click();
    await page
      .getByRole("button", { name: /List people/ })
      .first()
      .click();
    const sheet = page.getByRole("dialog", { name: "List people" });
    await sheet.getByLabel("Title").fill("List everybody");
    await sheet.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").waitFor();
    assert.equal(
      (await api(s.demo, "GET", "/connectors/own_hr_system")).actionList.find((a) => a.id === "list_people").title,
      "List everybody",
    );
  },
);

test("a connector in the making is not lost by leaving, and its address must be one", played, async () => {
  const page = await s.open("/catalogue");
  await page.getByRole("link", { name: "Make a connector" }).click();
  await page.getByLabel("Title").fill("Left alone");
  await page.getByRole("button", { name: "From a curl command" }).click();
  const curl = page.getByRole("dialog", { name: "From a curl command" });
  await curl.getByLabel("Command").fill(`curl ${peer.base}/v1/things`);
  await curl.getByRole("button", { name: "Read it" }).click();
  await curl.getByRole("button", { name: "Add the action" }).click();
  const make = page.getByRole("button", { name: "Make it" });
  await page.getByLabel("Address").fill("not a url");
  await page.getByText("An address begins with https:// and a host.").waitFor();
  assert.equal(await make.isDisabled(), true);
  await page.getByLabel("Address").fill(peer.base);

  const leave = () => page.getByRole("link", { name: "Runs", exact: true }).first().click();
  const asked = page.getByRole("dialog", { name: "The connector is not saved" });
  await leave();
  await asked.getByRole("button", { name: "Stay" }).click();
  assert.equal(await page.getByLabel("Title").inputValue(), "Left alone");
  await leave();
  await asked.getByRole("button", { name: "Leave, and keep it" }).click();
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.goBack();
  await page.getByText("This is what you had made before").waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "Left alone");
  await page.getByRole("list", { name: "Actions" }).getByText("/v1/things").waitFor();
  await leave();
  await asked.getByRole("button", { name: "Throw it away" }).click();
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Make a connector" }).waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "");
});
