import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { actionWords, actorWords, verdict } from "./audit.ts";

test("what was done is said in words", () => {
  expect(actionWords("role.changed")).toBe("Changed a role");
  expect(actionWords("putDraft")).toBe("Put draft");
});
test("who did it is known by name, where there is one", () => {
  expect(actorWords({ actor: "account:a", actorName: "Ada" })).toBe("Ada");
  expect(actorWords({ actor: "anonymous", actorName: "" })).toBe("anonymous");
});
test("a fault is told, and what was deleted for its age", () => {
  const state = { entries: 2, seq: 5, hash: "h", pruned: 0 };
  expect(verdict(state)).toEqual({ bad: false, text: "2 entries, each as it was written." });
  expect(verdict({ ...state, pruned: 3 }).text).toContain("up to 3 were deleted");
  const fault = { kind: "missing", seq: 4, text: "entries 4 to 4 are missing" } as const;
  expect(verdict({ ...state, fault })).toEqual({
    bad: true,
    text: "The log is not as it was written: entries 4 to 4 are missing.",
  });
});
test("everything that the server tells of by itself has words", () => {
  const folder = `${process.cwd()}/../internal/store/`;
  const told = readdirSync(folder)
    .filter((f) => f.endsWith(".go") && !f.endsWith("_test.go"))
    .flatMap((f) => [...readFileSync(folder + f, "utf8").matchAll(/Action: "([a-z_]+\.[a-z_]+)"/g)].map((m) => m[1]));
  expect(told.length).toBeGreaterThan(20);
  const bare = (action: string) => action.charAt(0).toUpperCase() + action.slice(1).replace(/[._]/g, " ");
  for (const action of told) expect(actionWords(action ?? ""), action).not.toBe(bare(action ?? ""));
});
