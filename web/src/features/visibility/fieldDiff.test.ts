import { expect, test } from "vitest";
import { changeWords, fieldDiff, valueWords } from "./fieldDiff.ts";

test("fields that differ are named by their path", () => {
  const before = { status: "ACTIVE", profile: { login: "a@x", title: "CFO" }, created: "2020" };
  const after = { status: "SUSPENDED", profile: { login: "a@x", city: "Oslo" }, created: "2020" };
  expect(fieldDiff(before, after)).toEqual([
    { path: "status", before: "ACTIVE", after: "SUSPENDED", change: "changed" },
    { path: "profile.title", before: "CFO", change: "removed" },
    { path: "profile.city", after: "Oslo", change: "added" },
  ]);
});

test("what is the same has no fields", () => {
  expect(fieldDiff({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([]);
});

test("items of a list are followed by their name when one goes before them", () => {
  const before = {
    rules: [
      { name: "A", on: true },
      { name: "B", on: true },
    ],
  };
  const after = { rules: [{ name: "B", on: false }] };
  expect(fieldDiff(before, after)).toEqual([
    { path: "rules[A]", before: { name: "A", on: true }, change: "removed" },
    { path: "rules[B].on", before: true, after: false, change: "changed" },
  ]);
});

test("items that are called alike are followed by their place", () => {
  const before = [
    { name: "A", n: 1 },
    { name: "A", n: 2 },
  ];
  const after = [
    { name: "A", n: 1 },
    { name: "A", n: 3 },
  ];
  expect(fieldDiff(before, after)).toEqual([{ path: "[2].n", before: 2, after: 3, change: "changed" }]);
});

test("plain lists say what came and what went, and that the order is another", () => {
  expect(fieldDiff({ s: ["a", "b"] }, { s: ["b", "c", "d"] })).toEqual([
    { path: "s", before: "a", change: "removed" },
    { path: "s", after: ["c", "d"], change: "added" },
  ]);
  expect(fieldDiff(["a", "b"], ["b", "a"])).toEqual([
    { path: "", before: ["a", "b"], after: ["b", "a"], change: "changed" },
  ]);
});

test("a value of another type is a change", () => {
  expect(fieldDiff({ a: null }, { a: { b: 1 } })).toEqual([
    { path: "a", before: null, after: { b: 1 }, change: "changed" },
  ]);
});

test("values and changes read as words", () => {
  expect(valueWords(["a", true, null])).toBe("a, yes, nothing");
  expect(valueWords({ a: 1 })).toBe('{"a":1}');
  expect(valueWords([])).toBe("nothing");
  const changes = fieldDiff({}, { a: 1, b: 2, c: 3, d: 4, e: 5 });
  expect(changeWords(changes)).toBe("a, b, c and 2 more");
  expect(changeWords(changes.slice(0, 2))).toBe("a, b");
});
