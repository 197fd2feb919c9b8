import { expect, test } from "vitest";
import { differences, messagesOf, peopleOf, personOf, reportOf, scenariosOf, suitable } from "./sandbox.ts";

const ada = {
  id: "1",
  login: "ada",
  name: "Ada",
  status: "ACTIVE",
  sessions: 2,
  oauth_tokens: 1,
  factors: 2,
  groups: ["G"],
  admin_roles: [],
  password_changed: "2025-11-20T10:00:00Z",
};

test("a list may stand by itself or in an object", () => {
  expect(scenariosOf([{ name: "a", title: "A" }])).toEqual(scenariosOf({ scenarios: [{ name: "a", title: "A" }] }));
  expect(peopleOf({ users: [ada] })[0]?.login).toBe("ada");
});
test("what is missing or odd is empty, and no error", () => {
  for (const odd of [null, undefined, 7, "x", [], {}, [null]]) {
    expect(() => [scenariosOf(odd), peopleOf(odd), reportOf(odd), messagesOf("mail", odd, 0)]).not.toThrow();
  }
  expect(personOf({ password_changed: "•••" }).passwordChanged).toBeUndefined();
});
test("somebody suitable is active, signed in and no administrator", () => {
  const people = peopleOf([
    { ...ada, login: "root", admin_roles: ["SUPER_ADMIN"] },
    { ...ada, login: "away", sessions: 0 },
    { ...ada, login: "gone", status: "SUSPENDED" },
    ada,
  ]);
  expect(suitable(people)?.login).toBe("ada");
  expect(suitable([])).toBeUndefined();
});
test("a change is a difference, what stayed is none", () => {
  const d = differences(personOf(ada), personOf({ ...ada, sessions: 0, status: "RECOVERY" }));
  expect(d.filter((x) => x.changed).map((x) => [x.name, x.before, x.after])).toEqual([
    ["Status", "ACTIVE", "RECOVERY"],
    ["Open sessions", "2", "0"],
  ]);
});
test("without a before nothing counts as changed", () =>
  expect(differences(undefined, personOf(ada)).some((d) => d.changed)).toBe(false));
test("only messages since a time are shown, in order", () => {
  const all = [
    { channel: "C", channel_name: "security", ts: "2", text: "late", time: "2025-11-21T10:02:00Z" },
    { channel: "C", channel_name: "security", ts: "1", text: "old", time: "2025-11-21T09:00:00Z" },
    { channel: "C", channel_name: "security", ts: "3", text: "first", time: "2025-11-21T10:01:00Z" },
  ];
  expect(messagesOf("slack", all, Date.parse("2025-11-21T10:00:00Z")).map((m) => [m.where, m.text])).toEqual([
    ["#security", "first"],
    ["#security", "late"],
  ]);
});
