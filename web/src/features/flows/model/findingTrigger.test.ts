import { expect, test } from "vitest";
import { chosenOf, findingWith, turnsAfter, turnsOf } from "./findingTrigger.ts";
import { availableAt } from "./scope.ts";
import { readSource } from "./source.ts";
import { treeOf } from "./tree.ts";

test("a finding trigger is read, one text as several", () => {
  const finding = { check: "USER-001", category: ["user", "app"], on: "closed" };
  expect(chosenOf(finding, "check")).toEqual(["USER-001"]);
  expect(chosenOf(finding, "category")).toEqual(["user", "app"]);
  expect(turnsOf(finding)).toEqual(["closed"]);
  expect(turnsOf(null)).toEqual(["opened", "reopened"]);
});

test("a finding trigger says as little as it can, and always starts on something", () => {
  expect(findingWith({ severity: "high" }, "severity", undefined)).toBeNull();
  expect(turnsAfter(null, "closed", true)).toEqual(["opened", "reopened", "closed"]);
  expect(turnsAfter({ on: ["opened", "reopened", "closed"] }, "closed", false)).toBeUndefined();
  expect(turnsAfter(null, "reopened", false)).toBe("opened");
  expect(turnsAfter({ on: "closed" }, "closed", false)).toBeUndefined();
});

test("a finding trigger gives the finding, its check and its org", () => {
  const { source } = readSource("flow: f\ntrigger: { finding: { severity: high } }\ncards: []\n");
  if (!source) throw new Error("no source");
  const tree = treeOf(source);
  expect(tree.trigger.kind).toBe("finding");
  const catalogue = { connectors: new Map(), functions: new Map(), flows: new Map() } as never;
  const paths = availableAt({ tree, catalogue }, ["cards"], 0)
    .find((g) => g.kind === "trigger")
    ?.values.map((v) => v.path.join("."));
  expect(paths).toEqual(expect.arrayContaining(["finding.object.id", "check.fix", "tenant.connection"]));
});
