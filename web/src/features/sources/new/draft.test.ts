import { expect, test } from "vitest";
import { connectionName, fresh, ofKind, sourceOf } from "./draft.ts";

test("a connection is named after its org", () => {
  expect(connectionName("https://acme.okta.com")).toBe("Okta acme");
  expect(connectionName("https://acme.oktapreview.com")).toBe("Okta acme");
  expect(connectionName("https://login.acme.com")).toBe("Okta login.acme.com");
  expect(connectionName("http://127.0.0.1:8081")).toBe("Okta 127.0.0.1");
});

test("a draft of another system keeps what was typed", () => {
  expect(ofKind(fresh(), "auth0")).toMatchObject({
    kind: "auth0",
    name: "Auth0 tenant",
    auth: "oauth2_client_credentials",
  });
  expect(ofKind({ ...fresh(), name: "Mine", category: "cloud" }, "auth0")).toMatchObject({
    name: "Mine",
    category: "cloud",
  });
  expect(connectionName("https://acme.eu.auth0.com", "auth0")).toBe("Auth0 acme");
  expect(connectionName("http://127.0.0.1:8081/auth0", "auth0")).toBe("Auth0 127.0.0.1");
});

test("a source takes the ways that were chosen", () => {
  const s = sourceOf({ ...fresh(), name: " Acme " }, "c1");
  expect(s).toMatchObject({
    kind: "okta",
    name: "Acme",
    connection: "c1",
    poll: true,
    hook: true,
    stream: false,
    file: false,
  });
  expect(sourceOf(fresh(), "").connection).toBeUndefined();
});
