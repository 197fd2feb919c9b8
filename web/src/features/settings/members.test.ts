import { expect, test } from "vitest";
import { isLastAdmin } from "./members.ts";

const ada = { id: "a", role: "admin", disabled: false } as const;
const bob = { id: "b", role: "admin", disabled: true } as const;
const cy = { id: "c", role: "viewer", disabled: false } as const;

test("the only administrator is the last one", () => expect(isLastAdmin([ada, cy], ada)).toBe(true));
test("one who may not sign in does not count", () => {
  expect(isLastAdmin([ada, bob], ada)).toBe(true);
  expect(isLastAdmin([ada, bob], bob)).toBe(false);
});
test("of two neither is the last", () => {
  const both = [ada, { ...bob, disabled: false }];
  expect(both.map((m) => isLastAdmin(both, m))).toEqual([false, false]);
});
test("others are not", () => expect(isLastAdmin([ada, cy], cy)).toBe(false));
test("nobody is before the list is there", () => expect(isLastAdmin(undefined, ada)).toBe(false));
