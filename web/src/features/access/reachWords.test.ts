import { expect, test } from "vitest";
import { countsWords, reachWords } from "./reachWords.ts";

test("an app says through what somebody has it", () => {
  expect(reachWords({ direct: true, groups: [] })).toBe("assigned");
  expect(reachWords({ direct: true, groups: [{ id: "00g1", name: "Sales" }] })).toBe("assigned, and by Sales");
  expect(reachWords({ direct: false, groups: [{ id: "00g1" }] })).toBe("by 00g1");
  expect(reachWords({ direct: false, groups: [] })).toBe("how is not known");
});

test("counts are told by kind, the most first", () => {
  expect(countsWords({ group: 1, user: 1200, api_token: 2, outside: 0 })).toBe("1,200 people, 2 API tokens, 1 group");
  expect(countsWords({})).toBe("");
});
