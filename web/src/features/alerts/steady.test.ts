import { expect, test } from "vitest";
import { steady } from "./steady.ts";

const key = (s: { id: string }) => s.id;
const list = (...ids: string[]) => ids.map((id) => ({ id }));

test("a list that nobody works in shows what is there", () => {
  expect(steady(["b", "c"], list("a", "b", "c"), key, false)).toEqual({ rows: list("a", "b", "c"), waiting: 0 });
  expect(steady([], list("a"), key, true)).toEqual({ rows: list("a"), waiting: 0 });
});

test("what is new waits while the list is held", () => {
  expect(steady(["b", "c"], list("a", "b", "x", "c"), key, true)).toEqual({ rows: list("b", "c"), waiting: 2 });
});

test("what is gone goes, and what has moved keeps its place", () => {
  expect(steady(["a", "b", "c"], list("c", "a"), key, true)).toEqual({ rows: list("a", "c"), waiting: 0 });
});

test("what is loaded on comes behind", () => {
  expect(steady(["a", "b"], list("n", "a", "b", "c", "d"), key, true)).toEqual({
    rows: list("a", "b", "c", "d"),
    waiting: 1,
  });
});
