import { expect, test } from "vitest";
import {
  deviceOf,
  factorName,
  folded,
  type Line,
  networkOf,
  placeOf,
  type Recorded,
  recordedWords,
} from "./timeline.ts";

const event = (uuid: string) => ({
  uuid,
  message: "Update profile",
  type: "user.account.update_profile",
  outcome: "SUCCESS",
});
const line = (id: string, part: object) =>
  ({ kind: "change", at: "2026-01-02T03:04:05Z", id, alerts: [], ...part }) as unknown as Line;
const recorded = (part: object) =>
  ({ change: "changed", inward: false, count: 1, others: [], fields: [], ...part }) as unknown as Recorded;

test("a change that was found stands with the event that made it", () => {
  const found = line("found/1", { recorded: recorded({ fields: ["profile.title"], cause: { uuid: "a" } }) });
  const other = line("found/2", { recorded: recorded({ cause: { uuid: "not here" } }) });
  const shown = folded([found, other, line("event/a", { event: event("a") }), line("event/b", { event: event("b") })]);
  expect(shown.map((l) => [l.id, l.found.map((f) => f.id)])).toEqual([
    ["found/2", []],
    ["event/a", ["found/1"]],
    ["event/b", []],
  ]);
});

test("what was found, in words", () => {
  expect(recordedWords(recorded({ fields: ["a", "b", "c", "d"] }))).toBe("Changed: a, b, c and 1 more");
  expect(recordedWords(recorded({ change: "found" }))).toBe("Read for the first time");
  const others = [{ name: "Owls", id: "1" }, { id: "2" }];
  expect(recordedWords(recorded({ change: "added", relation: "member_of", count: 2, others }))).toBe(
    "Member of, new: Owls, 2",
  );
  expect(recordedWords(recorded({ change: "removed", relation: "member_of", count: 9, others }))).toBe(
    "Member of, no more: Owls, 2 and 7 more",
  );
  expect(recordedWords(recorded({ change: "added", relation: "assigned_via", inward: true, count: 9 }))).toBe(
    "Groups that give it, new: 9 others",
  );
});

test("places, networks, devices and factors", () => {
  expect(placeOf({ city: "Bonn", country: "Germany" })).toBe("Bonn, Germany");
  expect(placeOf({ country: "Germany" })).toBe("Germany");
  expect(networkOf({ as: "AS64500", isp: "Acme" })).toBe("AS64500 Acme");
  expect(deviceOf({ name: "Computer", os: "Mac OS X", browser: "CHROME" })).toBe("Mac OS X, Chrome");
  expect(deviceOf({ name: "Ada's Mac", os: "Mac OS X" })).toBe("Ada's Mac, Mac OS X");
  expect(factorName("SIGNED_NONCE")).toBe("Okta FastPass");
  expect(factorName("Password")).toBe("Password");
  expect(factorName("SOME_OTHER")).toBe("SOME OTHER");
});
