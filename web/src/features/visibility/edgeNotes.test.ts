import { expect, test } from "vitest";
import { edgeNotes } from "./edgeNotes.ts";

test("a role says what it is bounded by", () => {
  expect(edgeNotes("has_role", { status: "ACTIVE", targets: { groups: ["00g1", "00g2"], apps: ["salesforce"] } })).toBe(
    "only over groups 00g1, 00g2; only over apps salesforce",
  );
  expect(edgeNotes("has_role", { status: "INACTIVE", resource_set: "iam1" })).toBe(
    "inactive; over the resource set iam1",
  );
});

test("what says nothing more has no note", () => {
  expect(edgeNotes("member_of", undefined)).toBe("");
  expect(edgeNotes("assigned", { status: "ACTIVE" })).toBe("");
});
