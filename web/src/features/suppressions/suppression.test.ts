import { expect, test } from "vitest";
import { bodyOf, type Draft, likeThis, previewable, withCondition } from "./suppression.ts";

const now = new Date("2026-01-01T00:00:00Z");
const draft: Draft = { scope: "rule", rule: "r1", type: "", where: " true ", reason: "why ", days: "7" };

test("a draft is sent with its end and its target", () => {
  expect(bodyOf(draft, now)).toEqual({
    scope: "rule",
    target: "r1",
    where: "true",
    reason: "why",
    expiresAt: "2026-01-08T00:00:00.000Z",
  });
  expect(bodyOf({ ...draft, scope: "all", days: "never" }, now)).toEqual({
    scope: "all",
    where: "true",
    reason: "why",
  });
  expect(bodyOf({ ...draft, days: "kept" }, now, "2027-01-01T00:00:00Z").expiresAt).toBe("2027-01-01T00:00:00Z");
});

test("a draft without a condition, or without what its scope names, is not previewed", () => {
  expect(previewable(draft)).toBe(true);
  expect(previewable({ ...draft, where: " " })).toBe(false);
  expect(previewable({ ...draft, scope: "type" })).toBe(false);
  expect(previewable({ ...draft, scope: "all", rule: "" })).toBe(true);
});

test("what is like an alert is about the same person, and from the same place", () => {
  const entity = { kind: "user", id: "00u1", login: 'a"b@x.example', name: "A" };
  const raw = { client: { ipAddress: "203.0.113.7", geographicalContext: { country: "Portugal" }, zone: "null" } };
  expect(likeThis(entity, raw).map((l) => l.cel)).toEqual([
    'entity.login == "a\\"b@x.example"',
    'event.client.ipAddress == "203.0.113.7"',
    'event.client.geographicalContext.country == "Portugal"',
  ]);
  expect(likeThis({ kind: "ip", id: "203.0.113.7", login: "", name: "" }, null)).toEqual([
    { label: "203.0.113.7", cel: 'entity.id == "203.0.113.7"' },
  ]);
});

test("a condition is added once, and taken out again", () => {
  expect(withCondition("", "a")).toBe("a");
  expect(withCondition("a", "b")).toBe("a && b");
  expect(withCondition("a && b", "a")).toBe("b");
});
