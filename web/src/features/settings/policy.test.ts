import { expect, test } from "vitest";
import { ceilingProblem, changesOf } from "./policy.ts";

const before = { protectedUsers: ["a"], protectedGroups: [], ceiling: 100, flowCeilings: { f: 5 }, dryRun: false };

test("what is the same changes nothing", () =>
  expect(changesOf(before, { ...before, protectedUsers: ["a"] })).toEqual([]));
test("each change is said", () => {
  const after = { protectedUsers: ["b"], protectedGroups: ["g"], ceiling: 2000, flowCeilings: { g: 1 }, dryRun: true };
  expect(changesOf(before, after)).toEqual([
    "Nothing is changed any more: dry run for everything",
    "Protected from now on: b",
    "Not protected any more: a",
    "Protected from now on: g",
    "At most 2,000 changes an hour for each flow, not 100",
    "The ceilings of 2 flows",
  ]);
});
test("a ceiling is a whole number in bounds", () => {
  expect([ceilingProblem("1"), ceilingProblem("1000000"), ceilingProblem("0", 0)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  for (const bad of ["", "0", "1.5", "many", "1000001"]) expect(ceilingProblem(bad)).toBeDefined();
});
