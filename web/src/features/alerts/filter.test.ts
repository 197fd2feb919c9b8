import { expect, test } from "vitest";
import { exportAddress, narrowed, queryOf } from "./filter.ts";

const now = new Date("2026-03-04T05:06:07Z");

test("whoever chooses nothing sees what needs work", () => {
  expect(queryOf({}, now)).toEqual({ state: ["open", "acknowledged", "in_progress"] });
});

test("a view narrows, and what is chosen beside it goes before it", () => {
  expect(queryOf({ view: "mine" }, now).assignee).toEqual(["me"]);
  expect(queryOf({ view: "mine", state: "closed", severity: "high,critical" }, now)).toEqual({
    state: ["closed"],
    assignee: ["me"],
    severity: ["high", "critical"],
  });
  expect(queryOf({ view: "all" }, now)).toEqual({});
  expect(queryOf({ view: "no such view" }, now)).toEqual(queryOf({}, now));
});

test("a kind of entity alone asks for nothing", () => {
  expect(queryOf({ view: "all", entityKind: "user" }, now)).toEqual({});
  expect(queryOf({ view: "all", entity: "00u1", entityKind: "user" }, now)).toEqual({
    entity: "00u1",
    entityKind: "user",
  });
});

test("a span becomes a time on the minute", () => {
  expect(queryOf({ view: "all", since: "1h" }, now)).toEqual({ since: "2026-03-04T04:06:00.000Z" });
});

test("a view is no narrowing, a filter is", () => {
  expect(narrowed({ view: "mine", sort: "newest" })).toBe(false);
  expect(narrowed({ view: "mine", q: "ada" })).toBe(true);
});

test("a file has what the list has", () => {
  expect(exportAddress(queryOf({ severity: "high,critical", attack: "T1621", q: "a b" }, now))).toBe(
    "/api/v1/alerts/csv?state=open&state=acknowledged&state=in_progress&severity=high&severity=critical&attack=T1621&q=a+b",
  );
  expect(exportAddress({})).toBe("/api/v1/alerts/csv?");
});
