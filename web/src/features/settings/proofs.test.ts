import { expect, test } from "vitest";
import { proofWords } from "./proofs.ts";

test("a sign-in is told by its proofs", () => {
  expect(proofWords("password", "totp")).toBe("password and authenticator app");
  expect(proofWords("saml")).toBe("Okta");
  expect(proofWords("passkey", "passkey")).toBe("passkey");
});
