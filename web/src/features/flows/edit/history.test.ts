import { expect, test } from "vitest";
import { begin, changed, redone, undone } from "./history.ts";

test("what was changed is undone and done again", () => {
  const two = changed(changed(begin("a"), "b", 1), "c", 2);
  expect(undone(two).text).toBe("b");
  expect(undone(undone(undone(two))).text).toBe("a");
  expect(redone(undone(undone(two))).text).toBe("b");
  expect(redone(two)).toBe(two);
});

test("typing in one field is one step, until one stops for a while", () => {
  let h = begin("");
  h = changed(h, "a", 1_000, "title");
  h = changed(h, "ab", 1_400, "title");
  h = changed(h, "ab!", 1_600, "note");
  h = changed(h, "ab!!", 9_000, "note");
  expect(h.past).toEqual(["", "ab", "ab!"]);
});

test("a change after undoing forgets what was undone", () => {
  const h = changed(undone(changed(begin("a"), "b", 1)), "c", 2);
  expect([h.future, redone(h).text]).toEqual([[], "c"]);
});

test("no change is no step", () => {
  const h = begin("a");
  expect(changed(h, "a", 1)).toBe(h);
});
