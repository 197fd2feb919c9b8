import { expect, test } from "vitest";
import type { components } from "../../api/schema.gen.ts";
import { elsewhere, holdersOf, isLastAdmin, roleNames, rolesBySource } from "./members.ts";

type Held = components["schemas"]["Member"]["roles"];

const admin: Held = [{ id: "admin", name: "Full Admin", source: "manual" }];
const auditor: Held = [{ id: "auditor", name: "Auditor", source: "manual" }];
const ada = { id: "a", name: "Ada", roles: [...auditor, ...admin], disabled: false };
const bob = { id: "b", name: "Bob", roles: admin, disabled: true };
const cy = { id: "c", name: "Cy", roles: auditor, disabled: false };

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

test("a role that one has twice is named once", () => {
  const twice: Held = [...auditor, { id: "auditor", name: "Auditor", source: "sso" }];
  expect(roleNames(twice)).toBe("Auditor");
  expect(elsewhere({ roles: twice })).toEqual(["Auditor"]);
  expect(roleNames([])).toBe("no role");
});
test("who has a role is told by name", () => {
  expect(holdersOf([ada, bob, cy], "auditor")).toEqual(["Ada", "Cy"]);
  expect(holdersOf(undefined, "auditor")).toEqual([]);
});

test("a role says where it comes from, unless that is a hand alone", () => {
  const role = (name: string, source: "manual" | "sso" | "scim") => ({ id: name, name, source });
  expect(rolesBySource([role("Analyst", "manual"), role("Full Admin", "manual"), role("Full Admin", "sso")])).toEqual([
    { name: "Analyst" },
    { name: "Full Admin", from: "by hand, Okta" },
  ]);
});
