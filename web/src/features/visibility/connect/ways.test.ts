import { expect, test } from "vitest";
import { hostTyped, nameFor, stages, stagesInAll } from "./ways.ts";

test("a domain is understood however it is typed", () => {
  for (const typed of ["acme", " ACME ", "acme.okta.com", "https://acme.okta.com/app", "https://acme-admin.okta.com/"])
    expect(hostTyped(typed)).toBe("acme.okta.com");
  expect(hostTyped("http://127.0.0.1:8080/okta")).toBe("127.0.0.1:8080");
  expect(hostTyped("login.acme.com")).toBe("login.acme.com");
  expect(nameFor("acme")).toBe("Okta (acme.okta.com)");
  expect(nameFor("  ")).toBe("Okta");
});

test("steps are told by their parts, and a wait counts to what waits", () => {
  const at = "2026-03-04T12:00:00Z";
  const got = stages([
    { phase: "look", text: "look", at },
    { phase: "scopes", text: "grant a (1 of 2)", at },
    { phase: "wait", text: "wait 3s", at },
    { phase: "scopes", text: "grant b (2 of 2)", at },
    { phase: "key", text: "another key", at },
    { phase: "scopes", text: "grant c (1 of 1)", at },
  ]);
  expect(got.map((s) => [s.phase, s.text])).toEqual([
    ["look", "look"],
    ["scopes", "grant b (2 of 2)"],
    ["key", "another key"],
    ["scopes", "grant c (1 of 1)"],
  ]);
  expect(stages([])).toEqual([]);
  expect(stagesInAll(1)).toBe(8);
});
