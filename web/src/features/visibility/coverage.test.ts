import { expect, test } from "vitest";
import { type Collection, countWords, lookOf, shareOf, wholly, worstFirst } from "./coverage.ts";

const of = (name: string, visible: Collection["visible"], count = 0, truncated = false): Collection => ({
  name,
  visible,
  count,
  truncated,
});

test("what was not seen is never called none", () => {
  expect(countWords(of("user", "full"))).toBe("0");
  expect(countWords(of("user", "denied"))).toBe("not seen");
  expect(countWords(of("user", "unknown"))).toBe("not seen");
  expect(countWords(of("user", "denied", 12))).toBe("12 before");
  expect(countWords(of("user", "partial", 1200))).toBe("1,200+");
  expect(countWords(of("factor", "full", 9, true))).toBe("9+");
  expect(countWords(of("realm", "absent"))).toBe("none");
  expect(countWords(undefined)).toBe("not read");
});

test("a collection that was cut short is not seen in whole", () => {
  expect(wholly(of("user", "full"))).toBe(true);
  expect(wholly(of("user", "full", 3, true))).toBe(false);
  expect(wholly(undefined)).toBe(false);
  expect(lookOf(of("user", "full", 3, true)).label).toBe("Not all of it");
});

test("the share leaves out what the org does not have, and is not rounded up to all", () => {
  const many = Array.from({ length: 199 }, (_, i) => of(`c${i}`, "full"));
  expect(shareOf([...many, of("x", "denied"), of("realm", "absent")])).toEqual({ seen: 199, of: 200, percent: 99 });
  expect(shareOf([])).toEqual({ seen: 0, of: 0, percent: 0 });
});

test("what is missing comes first", () => {
  const list = [of("a", "full"), of("b", "denied"), of("c", "absent"), of("d", "partial"), of("e", "full", 1, true)];
  expect(worstFirst(list).map((c) => c.name)).toEqual(["b", "d", "e", "a", "c"]);
});
