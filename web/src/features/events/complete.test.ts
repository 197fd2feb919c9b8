import { expect, test } from "vitest";
import { complete } from "./complete.ts";
import { apiQuery, errorPlace, exportAddress, narrowed } from "./query.ts";

const values = { eventType: ["user.session.start", "user.mfa.factor.reset"] };
const first = (text: string) => complete(text, text.length, values).list.map((s) => s.text);

test("a filter begins with a field", () => {
  expect(first("")[0]).toBe("eventType");
  expect(first("act")).toContain("actor.alternateId");
  expect(first('eventType eq "a" and (cl')).toContain("client.ipAddress");
  expect(first("not ")[0]).toBe("eventType");
});

test("after a field comes an operator, then a value, then and", () => {
  expect(first("eventType ")[0]).toBe("eq");
  expect(first("eventType eq ")).toEqual(['"user.session.start"', '"user.mfa.factor.reset"']);
  expect(first('eventType eq "mfa')).toEqual(['"user.mfa.factor.reset"']);
  expect(first('eventType in ["x", ')).toContain('"user.session.start"');
  expect(first('eventType eq "x" ')).toEqual(["and", "or"]);
  expect(first("actor.id pr ")).toEqual(["and", "or"]);
  expect(first('eventType in ["x"] ')).toEqual(["and", "or"]);
  expect(first("severity eq ")).toContain('"WARN"');
});

test("a suggestion takes the place of what is being typed", () => {
  const c = complete("eventType eq user", 17, values);
  expect([c.from, c.to]).toEqual([13, 17]);
});

test("a filter is narrowed by what is clicked", () => {
  const more = 'severity eq "WARN"';
  expect(narrowed(undefined, more)).toBe(more);
  expect(narrowed('actor.id eq "1 or 2"', more)).toBe('actor.id eq "1 or 2" and severity eq "WARN"');
  expect(narrowed('a eq "1" or b eq "2"', more)).toBe('(a eq "1" or b eq "2") and severity eq "WARN"');
  expect(narrowed(more, more)).toBe(more);
});

test("an error says where", () => {
  expect(errorPlace("position 12: a value is wanted")).toBe(11);
  expect(errorPlace("no")).toBeUndefined();
});

test("a range begins on the minute, and a chosen time goes before it", () => {
  const now = new Date("2026-03-01T10:00:30Z");
  expect(apiQuery({ range: "1h" }, now).since).toBe("2026-03-01T09:00:00.000Z");
  expect(apiQuery({ range: "all" }, now).since).toBeUndefined();
  expect(apiQuery({ range: "1h", since: "x", until: "y" }, now)).toMatchObject({ since: "x", until: "y" });
  expect(exportAddress("csv", { filter: 'a eq "b"', range: "all", order: "oldest" }, now)).toBe(
    "/api/v1/events/csv?filter=a+eq+%22b%22&order=oldest",
  );
});
