import { expect, test } from "vitest";
import { at, capitals, factsOf, fieldName, gist } from "./facts.ts";

test("facts are those that are there, in the order of what matters", () => {
  const body = {
    created: "2024-01-02T03:04:05.000Z",
    status: "ACTIVE",
    profile: { login: "ada@acme.example", title: "" },
    lastLogin: null,
  };
  expect(factsOf("user", body)).toEqual([
    { name: "Status", value: "ACTIVE", as: "text" },
    { name: "Login", value: "ada@acme.example", as: "text" },
    { name: "Made", value: "2024-01-02T03:04:05.000Z", as: "time" },
  ]);
});

test("lists, numbers and yes or no read as such", () => {
  const facts = factsOf("group", { type: "OKTA_GROUP", stats: { usersCount: 1200, hasAdminPrivilege: false } });
  expect(facts.map((f) => [f.name, f.value])).toEqual([
    ["Type", "OKTA_GROUP"],
    ["People", "1,200"],
    ["Gives admin rights", "no"],
  ]);
  const zone = factsOf("zone", { gateways: [{ type: "CIDR", value: "203.0.113.0/24" }], proxies: [] });
  expect(zone).toEqual([{ name: "Gateways", value: ["203.0.113.0/24"], as: "list" }]);
});

test("settings show their plain fields, and kinds that nobody wrote down their status", () => {
  expect(factsOf("setting", { id: "x", action: "none", excludeZones: [], maxAgeDays: 3 }).map((f) => f.name)).toEqual([
    "Action",
    "Max age days",
  ]);
  expect(factsOf("behavior", { status: "ACTIVE", type: "VELOCITY" }).map((f) => f.name)).toEqual(["Status", "Type"]);
});

test("bodies of any shape are read without failing", () => {
  for (const body of [null, undefined, 3, "text", [], { profile: null }]) {
    expect(factsOf("user", body)).toEqual([]);
    expect(gist("user", body)).toBe("");
  }
  expect(at({ a: { b: 1 } }, "a.b.c")).toBeUndefined();
});

test("a gist is in words", () => {
  expect(gist("user", { status: "PASSWORD_EXPIRED", profile: { title: "CFO" } })).toBe("password expired, CFO");
  expect(gist("api_token", { clientName: "Okta API", lastUsed: "2026-01-02T00:00:00Z" })).toBe("Okta API, 2026-01-02");
  expect(capitals("SAML")).toBe("SAML");
  expect(capitals("SAML_2_0")).toBe("SAML_2_0");
  expect(fieldName("thirdPartyAdmin")).toBe("Third party admin");
});
