import { expect, test } from "vitest";
import { step, toggle } from "./table.ts";

test("stepping starts at the end that it comes from", () => {
  expect([step(-1, 1, 3), step(-1, -1, 3), step(-1, 1, 0)]).toEqual([0, 2, -1]);
});
test("stepping stays in the list", () => expect([step(2, 1, 3), step(0, -1, 3)]).toEqual([2, 0]));

const keys = ["a", "b", "c", "d"];
test("a row is switched on and off", () => {
  const on = toggle(new Set(), keys, 1, null);
  expect([...on]).toEqual(["b"]);
  expect([...toggle(on, keys, 1, null)]).toEqual([]);
});
test("with a start, all between are switched the same way", () => {
  expect([...toggle(new Set(["b"]), keys, 3, 1)].sort()).toEqual(["b", "c", "d"]);
  expect([...toggle(new Set(["a", "b", "c"]), keys, 0, 2)]).toEqual([]);
});
