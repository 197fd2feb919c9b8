import { expect, test } from "vitest";
import { aspectWords, changeWords, stepWords, sureWords, tierWords } from "./stepWords.ts";

test("steps read as words, and new ones as they are called", () => {
  expect(stepWords("RESET_PASSWORD")).toBe("may reset the password of");
  expect(stepWords("SOMETHING_NEW")).toBe("something new");
  expect(aspectWords("credential")).toBe("key or secret");
  expect(aspectWords(undefined)).toBe("");
  expect(sureWords("M").label).toBe("Likely");
  expect(tierWords(0)).toBe("Super Administrator");
});

test("changes say what to do", () => {
  const from = { id: "00u1", name: "ada" };
  const to = { id: "00g1", name: "Admins" };
  expect(changeWords({ do: "remove", relation: "member_of", from, to })).toBe("Take ada out of Admins");
  expect(changeWords({ do: "remove", relation: "has_role", from, to: { id: "SUPER_ADMIN" } })).toBe(
    "Take the role SUPER_ADMIN from ada",
  );
  expect(changeWords({ do: "revoke", entity: { kind: "api_token", id: "00T1" } })).toBe("Revoke the api token 00T1");
  expect(
    changeWords({ do: "edit", field: "policy.trustClaims", entity: { kind: "idp", id: "0oa1", name: "Partner" } }),
  ).toBe("Change policy.trustClaims of the idp Partner");
});
