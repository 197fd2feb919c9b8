import { expect, test } from "vitest";
import { lacking, through } from "./through.ts";

const reader = { id: "reader", auth: "private_key_jwt", settings: { domain: "a", scopes: "okta.users.read" } } as const;
const responder = {
  id: "responder",
  auth: "private_key_jwt",
  settings: { domain: "a", scopes: "okta.users.manage okta.policies.manage" },
} as const;
const token = { id: "token", auth: "api_key", settings: { domain: "a" } } as const;
const elsewhere = { ...token, id: "elsewhere", settings: { domain: "b" } } as const;

test("an API token lacks nothing, a service app what it does not name", () => {
  expect(lacking(token, ["okta.apps.manage"])).toEqual([]);
  expect(lacking(reader, ["okta.users.read", "okta.apps.manage"])).toEqual(["okta.apps.manage"]);
  expect(lacking({ ...reader, settings: {} }, ["okta.users.manage", "okta.apps.manage"])).toEqual(["okta.apps.manage"]);
});

test("the connection that reads the org makes the calls where it may", () => {
  expect(through([reader, responder, token], "reader", [])).toBe("reader");
  expect(through([reader, responder, token], "token", ["okta.apps.manage"])).toBe("token");
});

test("another to the same org does where it may not", () => {
  expect(through([reader, token, responder], "reader", ["okta.policies.manage"])).toBe("responder");
  expect(through([reader, token, responder], "reader", ["okta.apps.manage"])).toBe("token");
});

test("one to another org never does, and where none may it stays", () => {
  expect(through([reader, elsewhere], "reader", ["okta.apps.manage"])).toBe("reader");
  expect(through([], "reader", ["okta.apps.manage"])).toBe("reader");
});
