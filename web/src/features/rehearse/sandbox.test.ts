import { expect, test } from "vitest";
import { differences, messagesOf, type Person, suitable } from "./sandbox.ts";

const ada: Person = {
  id: "1",
  login: "ada",
  email: "ada",
  name: "Ada",
  status: "ACTIVE",
  sessions: 2,
  oauthTokens: 1,
  factors: 2,
  factorTypes: [],
  groups: ["G"],
  adminRoles: [],
  passwordChanged: "2025-11-20T10:00:00Z",
};

test("somebody suitable is active, signed in and no administrator", () => {
  const people = [
    { ...ada, login: "root", adminRoles: ["SUPER_ADMIN"] },
    { ...ada, login: "away", sessions: 0 },
    { ...ada, login: "gone", status: "SUSPENDED" },
    ada,
  ];
  expect(suitable(people)?.login).toBe("ada");
  expect(suitable([])).toBeUndefined();
});
test("a change is a difference, what stayed is none", () => {
  const d = differences(ada, { ...ada, sessions: 0, status: "RECOVERY" });
  expect(d.filter((x) => x.changed).map((x) => [x.name, x.before, x.after])).toEqual([
    ["Status", "ACTIVE", "RECOVERY"],
    ["Open sessions", "2", "0"],
  ]);
});
test("without a before nothing counts as changed", () =>
  expect(differences(undefined, ada).some((d) => d.changed)).toBe(false));
test("only messages that arrived are shown, in order", () => {
  const slack = { channel: "C", channelName: "security", edited: false, deleted: false, permalink: "" };
  const got = messagesOf(
    [
      { ...slack, ts: "2", text: "late", time: "2025-11-21T10:02:00Z" },
      { ...slack, ts: "3", text: "taken back", time: "2025-11-21T10:01:00Z", deleted: true },
    ],
    [{ kind: "workflow", text: "lost", time: "2025-11-21T10:01:00Z", delivered: false }],
    [{ id: 7, from: "okta", to: ["ada"], subject: "Reset", text: "Choose", time: "2025-11-21T10:01:00Z", via: "okta" }],
  );
  expect(got.map((m) => [m.where, m.text])).toEqual([
    ["ada", "Reset\nChoose"],
    ["#security", "late"],
  ]);
});
