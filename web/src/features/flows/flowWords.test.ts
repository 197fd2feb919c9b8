import { expect, test } from "vitest";
import type { components } from "../../api/schema.gen.ts";
import { filterFlows, flowSorts, onWords, triggerWords, unboundName } from "./flowWords.ts";

type Flow = components["schemas"]["Flow"];

const flow = (id: string, more: Partial<Flow> = {}): Flow => ({
  id,
  slug: id,
  title: id,
  description: "",
  folder: { id: "f", name: "Folder" },
  enabled: true,
  version: 1,
  draft: false,
  saveData: true,
  connectors: [],
  day: { runs: 0, failed: 0 },
  createdAt: "",
  updatedAt: "",
  ...more,
});

test("a trigger of several events names the first", () => {
  expect(triggerWords({ kind: "event", events: ["a.b", "c.d", "e.f"] })).toBe("a.b and 2 more");
  expect(triggerWords({ kind: "event", events: ["a.b"] })).toBe("a.b");
  expect(triggerWords(undefined)).toBe("Cannot be read");
});

test("all words must be found, in any order and case", () => {
  const flows = [
    flow("Suspicious Activity Reported"),
    flow("Session revoke", { trigger: { kind: "event", events: ["user.session.start"] } }),
  ];
  expect(filterFlows(flows, { q: "reported SUSPICIOUS" })).toHaveLength(1);
  expect(filterFlows(flows, { q: "user.session" })[0]?.id).toBe("Session revoke");
  expect(filterFlows(flows, { q: "revoke reported" })).toHaveLength(0);
});

test("filters narrow together", () => {
  const flows = [
    flow("a", { enabled: false }),
    flow("b", { day: { runs: 3, failed: 1 } }),
    flow("c", { folder: { id: "g", name: "G" } }),
  ];
  expect(filterFlows(flows, { show: "on", folder: "f" }).map((f) => f.id)).toEqual(["b"]);
  expect(filterFlows(flows, { show: "failing" }).map((f) => f.id)).toEqual(["b"]);
  expect(filterFlows(flows, { show: "off" }).map((f) => f.id)).toEqual(["a"]);
});

test("what is to be chosen has a kind and a name", () =>
  expect(unboundName("connection where to tell")).toEqual({ kind: "connection", name: "where to tell" }));

test("a schedule is told in words where there are such", () => {
  const zone = "America/Los_Angeles";
  expect(triggerWords({ kind: "schedule", cron: "00 0 9 */1 * *", zone })).toBe(
    "Every day at 09:00, America/Los_Angeles",
  );
  expect(triggerWords({ kind: "schedule", cron: "1-3 9 * * *", zone })).toBe("At 1-3 9 * * * (America/Los_Angeles)");
});

test("what comes next depends on what starts the flow", () => {
  expect(onWords({ kind: "schedule", cron: "*/15 * * * *" })).toBe("It runs every 15 minutes.");
  expect(onWords({ kind: "api" })).toBe("Its address answers from now on.");
  expect(onWords(undefined)).toBeUndefined();
});

test("blanks in titles do not lead", () => {
  const titles = ["  Zoo", "App Campaign |  Manager", "App Campaign | Alpha", "Abc"];
  expect(
    titles
      .map((title) => flow(title, { title }))
      .toSorted(flowSorts.title)
      .map((f) => f.title),
  ).toEqual(["Abc", "App Campaign | Alpha", "App Campaign |  Manager", "  Zoo"]);
});
