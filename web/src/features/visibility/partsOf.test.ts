import { expect, test } from "vitest";
import { partsOf } from "./partsOf.ts";

test("the rules of a policy say what they let, and whether they are off", () => {
  const rules = [
    {
      name: "Catch-all",
      status: "ACTIVE",
      actions: { appSignOn: { access: "ALLOW", verificationMethod: { factorMode: "2FA" } } },
    },
    { name: "Old", status: "INACTIVE", actions: { signon: { access: "DENY" } } },
  ];
  const [part] = partsOf("policy", { rules });
  expect(part?.title).toBe("Rules");
  expect(part?.items.map((i) => [i.name, i.note])).toEqual([
    ["Catch-all", "ALLOW, 2FA"],
    ["Old", "inactive, DENY"],
  ]);
});

test("parts without a name have a number, and what has no parts has none", () => {
  expect(partsOf("resource_set", { bindings: [{}], resources: [] })[0]?.items[0]?.name).toBe("Number 1");
  expect(partsOf("user", { rules: [1] })).toEqual([]);
  expect(partsOf("policy", { rules: "no list" })).toEqual([]);
  expect(partsOf("policy", null)).toEqual([]);
});
