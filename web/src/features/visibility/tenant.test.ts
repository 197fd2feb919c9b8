import { expect, test } from "vitest";
import { hostOf, lately, leftWords, partOf, titleOf } from "./tenant.ts";

test("an org is called by its name, else by its host", () => {
  expect(hostOf({ domain: "https://acme.okta.com" })).toBe("acme.okta.com");
  expect(titleOf({ name: "", domain: "https://acme.okta.com" })).toBe("acme.okta.com");
  expect(titleOf({ name: "Acme", domain: "https://acme.okta.com" })).toBe("Acme");
});

test("while lists grow nobody knows the end", () => {
  expect(partOf({ calls: 5, wanted: 10 })).toBe(0.5);
  expect(partOf({ calls: 5, wanted: 10 }, true)).toBeUndefined();
  expect(partOf({ calls: 0, wanted: 0 })).toBeUndefined();
  expect(partOf({ calls: 12, wanted: 10 })).toBe(1);
});

test("what is left is told as far as it is known", () => {
  expect(leftWords({ secondsLeft: 150, growing: false })).toBe("about 2 min left");
  expect(leftWords({ secondsLeft: 150, growing: true })).toBe("about 2 min left, or more: lists are still read");
  expect(leftWords({ secondsLeft: 0, growing: true })).toBe("how much there is shows as lists are read");
  expect(leftWords({ secondsLeft: 0, growing: false })).toBe("");
});

test("what the first reading found is not new", () => {
  const now = new Date("2026-11-22T12:00:30Z");
  const at = (startedAt: string, state: "done" | "failed" = "done") => ({ startedAt, state });
  expect(
    lately([at("2026-11-22T11:00:00Z"), at("2026-11-20T11:00:00Z"), at("2026-11-19T11:00:00Z", "failed")], now),
  ).toBe("2026-11-20T11:00:00Z");
  expect(lately([at("2026-11-22T11:00:00Z"), at("2026-10-20T11:00:00Z")], now)).toBe("2026-11-15T12:00:00.000Z");
  expect(lately([], now)).toBe("2026-11-15T12:00:00.000Z");
});
