import { expect, test } from "vitest";
import { collectionName, hasPage, nameOf } from "./kinds.ts";

test("collections have names, whatever they are", () => {
  expect(collectionName("user")).toBe("People");
  expect(collectionName("auth0_user")).toBe("Accounts");
  expect(collectionName("holds")).toBe("Roles held");
  expect(collectionName("member_of")).toBe("Memberships");
  expect(collectionName("policy.rules")).toBe("Policies: rules");
  expect(collectionName("brand.signInPage")).toBe("Brands: sign in page");
  expect(collectionName("setting.bot_protection")).toBe("Bot protection");
  expect(collectionName("setting.threat_insight")).toBe("ThreatInsight");
});

test("roles read in full and have no page", () => {
  expect(nameOf({ kind: "role", id: "SUPER_ADMIN" })).toBe("Super Administrator");
  expect(nameOf({ kind: "user", id: "00u1", name: "" })).toBe("00u1");
  expect(hasPage("role")).toBe(false);
  expect(hasPage("outside")).toBe(false);
  expect(hasPage("user")).toBe(true);
});
