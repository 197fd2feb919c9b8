import { expect, test } from "vitest";
import { matrixOf, type PermissionEntry, type Role, roleLike, within, withPermission } from "./matrix.ts";

const entries: PermissionEntry[] = [
  { permission: "flows:read", area: "Flows", text: "See flows" },
  { permission: "flows:write", area: "Flows", text: "Change flows" },
  { permission: "flows:run", area: "Flows", text: "Run a flow" },
  { permission: "rehearse", area: "Rehearsal", text: "Rehearse" },
];
const looks: Role = { id: "looks", name: "Looks", builtin: false, permissions: ["flows:read", "runs:read"] };

test("permissions stand by area, thing and verb", () => {
  const [flows, rehearsal] = matrixOf(entries);
  expect(flows?.rows).toEqual([{ subject: "flows", read: entries[0], write: entries[1], others: [entries[2]] }]);
  expect(rehearsal).toEqual({ area: "Rehearsal", rows: [{ subject: "rehearse", others: [entries[3]] }] });
});
test("one is put in once, and taken out", () => {
  expect(withPermission(["flows:read"], "flows:read", true)).toEqual(["flows:read"]);
  expect(withPermission(["flows:read"], "flows:run", true)).toEqual(["flows:read", "flows:run"]);
  expect(withPermission(["flows:read"], "flows:read", false)).toEqual([]);
});
test("of a role one passes on what one may do", () => expect(within(looks, ["runs:read"])).toEqual(["runs:read"]));
test("a set is called by the role that allows just that", () => {
  expect(roleLike([looks], ["runs:read", "flows:read"])?.name).toBe("Looks");
  expect(roleLike([looks], ["flows:read"])).toBeUndefined();
  expect(roleLike(undefined, ["flows:read"])).toBeUndefined();
});
