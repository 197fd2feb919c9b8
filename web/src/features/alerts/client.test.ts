import { expect, test } from "vitest";
import { clientOf } from "./client.ts";

test("a client is told by address, place and device", () => {
  const client = {
    ipAddress: "203.0.113.7",
    geographicalContext: { city: "Lisbon", country: "Portugal" },
    userAgent: { browser: "FIREFOX", os: "Linux" },
  };
  expect(clientOf({ client })).toBe("203.0.113.7 · Lisbon, Portugal · FIREFOX on Linux");
});

test("what is not known is left out", () => {
  expect(clientOf({ client: { ipAddress: "203.0.113.7", userAgent: { browser: "UNKNOWN", os: "Unknown" } } })).toBe(
    "203.0.113.7",
  );
  expect(clientOf({})).toBe("");
  expect(clientOf({ client: [1] })).toBe("");
  expect(clientOf(null)).toBe("");
});
