import { expect, test } from "vitest";
import { connectionName, fresh, sourceOf } from "./draft.ts";

test("a connection is named after its org", () => {
  expect(connectionName("https://acme.okta.com")).toBe("Okta acme");
  expect(connectionName("https://acme.oktapreview.com")).toBe("Okta acme");
  expect(connectionName("https://login.acme.com")).toBe("Okta login.acme.com");
  expect(connectionName("http://127.0.0.1:8081")).toBe("Okta 127.0.0.1");
});

test("a source takes the ways that were chosen", () => {
  const s = sourceOf({ ...fresh(), name: " Acme " }, "c1");
  expect(s).toMatchObject({ name: "Acme", connection: "c1", poll: true, hook: true, stream: false, file: false });
  expect(sourceOf(fresh(), "").connection).toBeUndefined();
});
