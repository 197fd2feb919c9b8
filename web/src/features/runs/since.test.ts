import { expect, test } from "vitest";
import { sinceOf } from "./since.ts";

const now = new Date("2025-11-21T14:00:41.500Z");

test("a span begins on the minute", () => {
  expect(sinceOf("24h", now)).toBe("2025-11-20T14:00:00.000Z");
  expect(sinceOf("24h", new Date(now.getTime() + 10_000))).toBe("2025-11-20T14:00:00.000Z");
});
test("what is no span begins nowhere", () =>
  expect([sinceOf(undefined, now), sinceOf("9y", now)]).toEqual([undefined, undefined]));
