import { expect, test } from "vitest";
import type { components } from "../../api/schema.gen.ts";
import { elsewhere, holders, roleNames, rolesBySource } from "./members.ts";

type Held = components["schemas"]["Member"]["roles"];

const auditor: Held = [{ id: "auditor", name: "Auditor", source: "manual" }];

test("a role that one has twice is named once", () => {
  const twice: Held = [...auditor, { id: "auditor", name: "Auditor", source: "sso" }];
  expect(roleNames(twice)).toBe("Auditor");
  expect(elsewhere({ roles: twice })).toEqual(["Auditor"]);
  expect(roleNames([])).toBe("no role");
});
test("who has a role is told by name, as far as they were read", () => {
  expect(holders({ items: [{ name: "Ada" }, { name: "Cy" }] })).toBe("Ada, Cy");
  expect(holders({ items: [{ name: "Ada" }, { name: "Cy" }], next: "on" })).toBe("Ada, Cy and others");
  expect(holders({ items: [] })).toBe("");
  expect(holders(undefined)).toBe("");
});

test("a role says where it comes from, unless that is a hand alone", () => {
  const role = (name: string, source: "manual" | "sso" | "scim") => ({ id: name, name, source });
  expect(rolesBySource([role("Analyst", "manual"), role("Full Admin", "manual"), role("Full Admin", "sso")])).toEqual([
    { name: "Analyst" },
    { name: "Full Admin", from: "by hand, Okta" },
  ]);
});
