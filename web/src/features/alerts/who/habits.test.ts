import { expect, test } from "vitest";
import { firstTimes, grouped, type Habit, unread, untold } from "./habits.ts";

const value = (habit: Habit["habit"], text: string, more: Partial<Habit> = {}): Habit => ({
  habit,
  value: text,
  events: 0,
  month: 0,
  evidence: false,
  new: false,
  ...more,
});

test("values stand by what they are, in their order", () => {
  const got = grouped([value("place", "Oslo"), value("ip", "192.0.2.1"), value("place", "Rome")]);
  expect(got.map((g) => [g.title, g.values.map((v) => v.value)])).toEqual([
    ["Places", ["Oslo", "Rome"]],
    ["IP addresses", ["192.0.2.1"]],
  ]);
});

test("what is new is told from what cannot be told", () => {
  const all = [
    value("ip", "new", { evidence: true, new: true }),
    value("ip", "untold", { evidence: true }),
    value("ip", "known", { evidence: true, events: 3 }),
    value("ip", "before", { events: 2 }),
  ];
  expect(firstTimes(all).map((v) => v.value)).toEqual(["new"]);
  expect(untold(all).map((v) => v.value)).toEqual(["untold"]);
});

test("a part that could not be read says why", () => {
  const p = {
    unread: [{ part: "roles" as const, why: "No permission." }],
    roles: [],
    groups: [],
    moreGroups: false,
    factors: [],
  };
  expect(unread(p, "roles")).toBe("No permission.");
  expect(unread(p, "groups")).toBeUndefined();
});
