import { expect, test } from "vitest";
import { type CheckResult, categoryWords, filtered, inDays, known, percent, tally, trendOf } from "./posture.ts";

const check = (id: string, part: Partial<CheckResult>): CheckResult => ({
  id,
  title: id,
  severity: "low",
  category: "network",
  verdict: "PASS",
  said: "",
  looked: 1,
  bad: 0,
  excepted: 0,
  missing: [],
  fix: "api",
  ...part,
});

const checks = [
  check("NET-001", {}),
  check("NET-002", { verdict: "FAIL", severity: "medium", said: "No zone blocks anonymizers." }),
  check("APP-001", { verdict: "FAIL", severity: "critical", category: "app" }),
  check("APP-002", { verdict: "MANUAL", category: "app" }),
];
const none = { verdict: [], severity: [], category: [], q: "" };

test("what fails comes first, the gravest before the others", () => {
  expect(filtered(checks, none).map((c) => c.id)).toEqual(["APP-001", "NET-002", "APP-002", "NET-001"]);
});

test("filters narrow together, and the text looks at what is said", () => {
  expect(filtered(checks, { ...none, verdict: ["FAIL"], category: ["network"] }).map((c) => c.id)).toEqual(["NET-002"]);
  expect(filtered(checks, { ...none, q: "anonymizers" }).map((c) => c.id)).toEqual(["NET-002"]);
  expect(filtered(checks, { ...none, severity: ["high"] })).toEqual([]);
});

test("categories are counted by verdict", () => {
  expect(tally(checks)).toEqual([
    { category: "app", all: 2, counts: { FAIL: 1, MANUAL: 1 } },
    { category: "network", all: 2, counts: { PASS: 1, FAIL: 1 } },
  ]);
});

test("a share is never rounded up to all", () => {
  expect([percent(0.997), percent(1), percent(0), percent(0.29)]).toEqual(["99 %", "100 %", "0 %", "29 %"]);
});

test("categories have names", () => {
  expect([categoryWords("api-token"), categoryWords("auth-policy"), categoryWords("oauth")]).toEqual([
    "API token",
    "Auth policy",
    "OAuth",
  ]);
});

test("a trend goes forward in time", () => {
  expect(trendOf([{ score: 3 }, { score: 2 }, { score: 1 }], 2)).toEqual([2, 3]);
});

test("what an address says beside what is known is left out", () => {
  expect(known(["open", "closed"] as const, ["closed", "made up"])).toEqual(["closed"]);
});

test("no days are for ever", () => {
  const now = new Date("2026-03-01T00:00:00Z");
  expect(inDays("30", now)).toBe("2026-03-31T00:00:00.000Z");
  expect(inDays("0", now)).toBeUndefined();
});
