import { expect, test } from "vitest";
import { attackOptions } from "./attackOptions.ts";

test("tactics come before techniques, and parts after their technique", () => {
  const counts = [
    { value: "T1098.003", name: "", count: 3 },
    { value: "persistence", name: "Persistence", count: 3 },
    { value: "T1098", name: "Account Manipulation", count: 3 },
    { value: "own-tactic", count: 1 },
  ];
  expect(attackOptions(counts, []).map((o) => `${o.group}: ${[o.label, o.note].filter(Boolean).join(" ")}`)).toEqual([
    "Tactics: Persistence",
    "Tactics: own tactic",
    "Techniques: T1098 Account Manipulation",
    "Techniques: T1098.003",
  ]);
});

test("what is chosen stays, even if no alert has it", () => {
  expect(attackOptions(undefined, ["T1621"])).toEqual([
    { value: "T1621", label: "T1621", note: undefined, count: 0, group: "Techniques" },
  ]);
});
