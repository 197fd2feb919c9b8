import { expect, test } from "vitest";
import { listOf, only, parseSearch, stringifySearch } from "./search.ts";

test("what is written can be read again", () => {
  const search = { q: "a&b = c", state: "failed,waiting" };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});
test("what is empty is not written", () =>
  expect(stringifySearch({ q: "", a: undefined, b: false, c: null })).toBe(""));
test("numbers and texts that look like them stay texts", () => expect(parseSearch("?q=007")).toEqual({ q: "007" }));
test("unknown names are left out", () => expect(only("q")({ q: "x", evil: "y" })).toEqual({ q: "x" }));
test("a list is its parts", () => expect([listOf("a,b"), listOf(""), listOf(undefined)]).toEqual([["a", "b"], [], []]));
