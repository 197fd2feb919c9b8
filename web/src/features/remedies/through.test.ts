import { expect, test } from "vitest";
import { lacking, through } from "./through.ts";

const reader = { id: "reader", settings: { domain: "a" }, scopes: ["okta.users.read"] };
const responder = { id: "responder", settings: { domain: "a" }, scopes: ["okta.users.manage", "okta.policies.manage"] };
const token = { id: "token", settings: { domain: "a" } };
const elsewhere = { id: "elsewhere", settings: { domain: "b" } };

test("an API token lacks nothing, a service app what it does not ask for", () => {
  expect(lacking(token, ["okta.apps.manage"])).toEqual([]);
  expect(lacking(reader, ["okta.users.read", "okta.apps.manage"])).toEqual(["okta.apps.manage"]);
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
