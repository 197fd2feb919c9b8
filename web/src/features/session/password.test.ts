import { expect, test } from "vitest";
import { emailProblem, passwordProblem } from "./password.ts";

test("nothing typed is not wrong yet", () =>
  expect([passwordProblem("", "a@b"), emailProblem("")]).toEqual([undefined, undefined]));
test("a short password says how many are missing", () => {
  expect(passwordProblem("elevenchars", "")).toBe("1 more character.");
  expect(passwordProblem("short", "")).toBe("7 more characters.");
});
test("a character of several code units counts once", () =>
  expect(passwordProblem("🔑".repeat(11), "")).toBe("1 more character."));
test("the address is no password", () =>
  expect(passwordProblem("Ada@Example.com", "ada@example.com ")).toContain("e-mail"));
test("an address has a name and a host", () => {
  expect(emailProblem("ada")).toBeDefined();
  expect(emailProblem(" ada@localhost ")).toBeUndefined();
});
