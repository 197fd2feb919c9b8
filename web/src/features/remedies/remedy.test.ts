import { expect, test } from "vitest";
import { deedsOf, firstInputs, fitting, inputsOf, missingInputs, type Playbook, pathOf, tallyWords } from "./remedy.ts";

const book = (id: string, part: Partial<Playbook>): Playbook => ({
  id,
  title: id,
  description: "",
  for: "user",
  removes: [],
  fixes: [],
  inputs: [],
  actions: [],
  canUndo: true,
  scopes: [],
  ...part,
});

const threat = book("threat_insight", {
  for: "setting",
  fixes: ["THREAT-001"],
  inputs: [{ name: "mode", title: "Mode", required: false, default: "block" }],
});
const rule = book("deactivate_policy_rule", {
  for: "policy",
  inputs: [{ name: "rule", title: "Rule", required: true }],
});
const suspend = book("suspend_user", {});
const clear = book("clear_sessions", { fixes: ["USER-001"] });
const books = [threat, rule, suspend, clear];

test("what repairs what was found comes first, then what else is for its kind", () => {
  const ids = (of: Parameters<typeof fitting>[1]) => fitting(books, of).map((b) => b.id);
  expect(ids({ kind: "user", check: "USER-001" })).toEqual(["clear_sessions", "suspend_user"]);
  expect(ids({ kind: "policy" })).toEqual(["deactivate_policy_rule"]);
});

test("a playbook of one setting is not offered for another", () => {
  expect(fitting(books, { kind: "setting", check: "THREAT-004" })).toEqual([]);
  expect(fitting(books, { kind: "setting", check: "THREAT-001" })).toEqual([threat]);
  expect(fitting(books, { check: "THREAT-001" })).toEqual([threat]);
});

test("the part that was found is the one that is meant", () => {
  expect(firstInputs(rule, "0pr1")).toEqual({ rule: "0pr1" });
  expect(firstInputs(rule, undefined)).toEqual({ rule: "" });
  expect(firstInputs(threat, "0pr1")).toEqual({ mode: "block" });
  expect(firstInputs(rule, "0pr1", { rule: "0pr2", group: "00g1" })).toEqual({ rule: "0pr2" });
});

test("inputs are sent as what they are", () => {
  const b = book("b", {
    inputs: [
      { name: "rule", title: "Rule", required: true },
      { name: "value", title: "Value", required: true },
      { name: "hours", title: "Hours", required: false, default: 12 },
    ],
  });
  expect(inputsOf(b, { rule: " 123 ", value: '{"a":1}', hours: "8" })).toEqual({
    rule: "123",
    value: { a: 1 },
    hours: 8,
  });
  expect(inputsOf(b, { rule: "", value: " " })).toBeUndefined();
  expect(missingInputs(b, { rule: "x", value: " " }).map((i) => i.name)).toEqual(["value"]);
});

test("what can be done goes by where the plan stands", () => {
  const steps = { all: 1, planned: 1, done: 0, barred: 0, skipped: 0, failed: 0, undone: 0 };
  const plan = { state: "draft" as const, canApprove: false, canUndo: false, steps };
  expect(deedsOf(plan).run).toBe("Run it");
  expect(deedsOf({ ...plan, needs: "an admin role is taken away" }).run).toBe("Ask for approval");
  expect(deedsOf({ ...plan, stop: "too many" }).run).toBeUndefined();
  expect(deedsOf({ ...plan, steps: { ...steps, planned: 0 } }).run).toBeUndefined();
  expect(deedsOf({ ...plan, state: "waiting", canApprove: true })).toEqual({ decide: true, stop: false, undo: false });
  expect(deedsOf({ ...plan, state: "running" }).stop).toBe(true);
  expect(deedsOf({ ...plan, state: "waiting" }).decide).toBe(false);
});

test("steps are counted in words, and calls shown by their path", () => {
  expect(tallyWords({ all: 4, planned: 0, done: 2, barred: 1, skipped: 0, failed: 1, undone: 0 })).toBe(
    "1 failed, 2 done, 1 barred",
  );
  expect(tallyWords({ all: 0, planned: 0, done: 0, barred: 0, skipped: 0, failed: 0, undone: 0 })).toBe("no steps");
  expect(pathOf("https://acme.okta.com/api/v1/users/00u1?x=1")).toBe("/api/v1/users/00u1?x=1");
  expect(pathOf("/api/v1/users")).toBe("/api/v1/users");
});
