import { expect, test } from "vitest";
import { bodyOf, type Settings, type SSOTest, same, typedOf, whyNot } from "./draft.ts";

const settings: Settings = {
  metadataUrl: "https://acme.okta.com/metadata",
  metadata: "<xml/>",
  groupsAttribute: "groups",
  roles: [
    { role: "admin", name: "Full Admin", groups: ["Sallyport Admins", "SOC"] },
    { role: "auditor", name: "Auditor", groups: [] },
  ],
  exempt: [{ id: "1", name: "Ada", email: "ada@acme.example" }],
};
const now = new Date("2026-01-02T03:04:05Z");
const good: SSOTest = {
  id: "1",
  user: "ada@acme.example",
  current: true,
  mine: true,
  ended: true,
  ok: true,
  fullAdmin: true,
  attributes: [],
  groups: [],
  roles: [],
  nearMisses: [],
  notes: [],
  createdAt: "2026-01-02T03:00:00Z",
  endedAt: "2026-01-02T03:01:00Z",
};

test("metadata comes by its URL or as XML, and a role without a group is not sent", () => {
  expect(bodyOf(typedOf(settings))).toEqual({
    metadataUrl: "https://acme.okta.com/metadata",
    groupsAttribute: "groups",
    roles: [{ role: "admin", groups: ["Sallyport Admins", "SOC"] }],
    exempt: ["ada@acme.example"],
  });
  expect(bodyOf(typedOf({ ...settings, metadataUrl: "" })).metadata).toBe("<xml/>");
});

test("a draft that says the same is no change", () => {
  const typed = typedOf(settings);
  expect(same(typed, { ...typed, metadata: "not chosen" })).toBe(true);
  expect(same(typed, { ...typed, exempt: [] })).toBe(false);
});

test("a test lets its own draft be saved, by who made it, for fifteen minutes", () => {
  expect(whyNot(good, now)).toBeUndefined();
  expect(whyNot(undefined, now)).toMatch(/first/);
  expect(whyNot({ ...good, current: false }, now)).toMatch(/changed/);
  expect(whyNot({ ...good, mine: false }, now)).toMatch(/somebody else/);
  expect(whyNot({ ...good, ok: false }, now)).toMatch(/failed/);
  expect(whyNot({ ...good, fullAdmin: false }, now)).toMatch(/Full Admin/);
  expect(whyNot({ ...good, endedAt: "2026-01-02T02:40:00Z" }, now)).toMatch(/older/);
});
