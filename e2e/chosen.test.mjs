// A flow that findings start is run by hand with a finding that one chooses, and plans
// what is to be done about it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./demo.mjs";
import { played, stage } from "./stage.mjs";

const s = stage();
const slow = { ...played, timeout: 180_000 };

const answers = `flow: answer
title: Answer a finding
connections: { okta: okta }
trigger: { finding: { on: [opened] } }
cards:
  - id: plan
    title: Plan what helps
    use: okta.plan_remediation
    with: { playbook: clear_sessions, objects: "{{ finding.object.id }}" }
  - return: { said: "{{ finding.said }}", plan: "{{ plan.plan_id }}" }
`;

/** Waits until something of the API holds, and returns it. */
async function until(path, holds) {
  for (let n = 0; n < 600; n++) {
    const got = await api(s.demo, "GET", path);
    if (holds(got)) return got;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail(`${path} is not as it should be`);
}

test("a flow is run with a finding that is chosen, and makes a plan", slow, async () => {
  const connections = await api(s.demo, "GET", "/connections");
  const okta = connections.find((c) => c.connector.id === "okta");
  const org = await api(s.demo, "POST", "/tenants", { connection: okta.id });
  const found = await until(`/tenants/${org.id}/findings?kind=user&limit=1`, (p) => p.items.length > 0);
  const [finding] = found.items;
  const folder = await api(s.demo, "POST", "/folders", { name: "Findings" });
  const flow = await api(s.demo, "POST", "/flows", { folder: folder.id, yaml: answers });
  await api(s.demo, "POST", `/flows/${flow.id}/publish`, {});
  await api(s.demo, "PATCH", `/flows/${flow.id}`, { enabled: false, connections: { okta: okta.id } });

  const page = await s.open(`/flows/${flow.id}`);
  await page.getByRole("button", { name: "Run now" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Search findings").fill(finding.object.name);
  await dialog
    .getByRole("radio", { name: new RegExp(finding.object.name) })
    .first()
    .check();
  await dialog.getByRole("button", { name: "Run for real" }).click();
  await page.waitForURL(/\/runs\/.+/);
  const plans = await until("/remedies", (p) => p.items.length === 1);
  assert.equal(plans.items[0].state, "draft");
  assert.equal(plans.items[0].cause.kind, "run");

  // The plan says where it comes from, and leads there.
  await page.goto(`${s.demo.base}/remedies/${plans.items[0].id}`);
  await page.getByRole("link", { name: "the run of a flow" }).click();
  await page.waitForURL(/\/runs\/.+/);
});
