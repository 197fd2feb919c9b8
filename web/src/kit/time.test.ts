import { describe, expect, test } from "vitest";
import { absolute, clockTime, counted, dated, duration, relative, span } from "./time.ts";

const now = new Date("2025-11-21T14:00:00Z");
const earlier = (ms: number) => new Date(now.getTime() - ms);

describe("relative", () => {
  const cases: Record<string, [Date, string]> = {
    "a moment ago is now": [earlier(2_000), "just now"],
    "a clock that is a little ahead is now": [earlier(-3_000), "just now"],
    "seconds are whole": [earlier(12_900), "12 s ago"],
    "minutes do not round up": [earlier(119_000), "1 min ago"],
    "hours stay until half a day": [earlier(11.9 * 3_600_000), "11 h ago"],
    "what is to come says in": [earlier(-120_000), "in 2 min"],
  };
  for (const [name, [at, want]] of Object.entries(cases)) {
    test(name, () => expect(relative(at, now)).toBe(want));
  }
});

describe("dated", () => {
  test("the same day needs no date", () => expect(dated(new Date("2025-11-21T02:03:00Z"), now, "utc")).toBe("02:03Z"));
  test("the day before has a name", () =>
    expect(dated(new Date("2025-11-20T23:03:00Z"), now, "utc")).toBe("yesterday 23:03Z"));
  test("this year needs no year", () =>
    expect(dated(new Date("2025-03-01T09:00:00Z"), now, "utc")).toBe("1 Mar, 09:00Z"));
  test("another year is named", () =>
    expect(dated(new Date("2024-03-01T09:00:00Z"), now, "utc")).toBe("1 Mar 2024, 09:00Z"));
});

test("UTC is said to be UTC", () => {
  expect(clockTime(now, "utc")).toBe("14:00:00Z");
  expect(absolute(now, "utc")).toBe("21 Nov 2025, 14:00:00 UTC");
});

test("spans and durations name one or two units", () => {
  expect([span(200), span(61_000), span(3 * 3_600_000), span(60 * 3_600_000)]).toEqual([
    "1 s",
    "1 min",
    "3 h",
    "2 days",
  ]);
  expect([
    duration(0.2),
    duration(340),
    duration(2_140),
    duration(12_600),
    duration(64_000),
    duration(3_720_000),
  ]).toEqual(["< 1 ms", "340 ms", "2.1 s", "13 s", "1 min 4 s", "1 h 2 min"]);
});

test("counts agree with their nouns", () => {
  expect([counted(1, "run"), counted(0, "run"), counted(1204, "entry", "entries")]).toEqual([
    "1 run",
    "0 runs",
    "1,204 entries",
  ]);
});
