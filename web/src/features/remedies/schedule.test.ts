import { expect, test } from "vitest";
import { draftOf, type Schedule, specOf, wanting } from "./schedule.ts";

const kept: Schedule = {
  id: "s1",
  title: "Dormant people",
  playbook: "suspend_user",
  connection: "c1",
  people: "user.dormant",
  cron: "0 8 * * 1",
  zone: "Europe/Berlin",
  ceiling: 10,
  approval: true,
  enabled: true,
  graceHours: 72,
  graceConnection: "m1",
  graceSubject: "Soon",
  graceText: "Sign in.",
  actor: { kind: "account", id: "a1", name: "Ada" },
  createdAt: "2026-01-01T00:00:00Z",
};

test("a schedule goes into its form and out of it unchanged", () => {
  const { id: _, actor: __, createdAt: ___, ...spec } = kept;
  expect(specOf(draftOf(kept, "UTC"), undefined)).toEqual({ ...spec, check: undefined, with: undefined });
});

test("a new one is careful: it wants approval, and says what it lacks", () => {
  const d = draftOf(undefined, "Europe/Berlin");
  expect([d.approval, d.zone]).toEqual([true, "Europe/Berlin"]);
  expect(wanting(d)).toEqual(["title", "playbook", "connection", "people"]);
  expect(wanting({ ...draftOf(kept, ""), ceiling: "501", graceHours: "1.5" })).toEqual(["ceiling", "graceHours"]);
});

test("what is not chosen is not sent", () => {
  const d = draftOf(kept, "");
  expect(specOf({ ...d, by: "check", check: "USER-001" }, undefined)).toMatchObject({
    people: undefined,
    check: "USER-001",
    atOnce: undefined,
  });
  expect(specOf({ ...d, by: "check", check: "USER-001", atOnce: true }, undefined).atOnce).toBe(true);
  expect(specOf({ ...d, atOnce: true }, undefined).atOnce).toBeUndefined();
  expect(specOf({ ...d, graceHours: "" }, undefined)).toMatchObject({
    graceHours: undefined,
    graceConnection: undefined,
    graceText: undefined,
  });
});
