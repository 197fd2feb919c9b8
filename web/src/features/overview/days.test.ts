import { expect, test } from "vitest";
import { byDay, type Entry } from "./days.ts";

const entry = (at: string): Entry => ({ kind: "run", at, actions: [] });

test("entries stand under their days, the newest first", () => {
  const days = byDay(
    [
      entry("2025-11-21T13:00:00Z"),
      entry("2025-11-21T00:10:00Z"),
      entry("2025-11-20T23:50:00Z"),
      entry("2025-11-18T10:00:00Z"),
    ],
    new Date("2025-11-21T14:00:00Z"),
    "utc",
  );
  expect(days.map((d) => [d.name, d.entries.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
    ["Tuesday 18 November", 1],
  ]);
});
test("nothing has no days", () => expect(byDay([], new Date(), "utc")).toEqual([]));
