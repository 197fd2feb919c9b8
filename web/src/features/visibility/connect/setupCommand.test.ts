import { expect, test } from "vitest";
import { setupCommand } from "./setupCommand.ts";

test("the command has the domain as it is typed or pasted", () => {
  expect(setupCommand("", "read")).toBe("sallyport okta setup --domain acme --token -");
  expect(setupCommand(" https://beta.okta.com/admin/dashboard ", "read")).toBe(
    "sallyport okta setup --domain beta.okta.com --token -",
  );
});

test("the command holds nothing that a shell would do", () => {
  expect(setupCommand("acme; rm -r $HOME `x`", "read")).toBe("sallyport okta setup --domain acmerm-rHOMEx --token -");
});

test("the command makes the apps that are chosen", () => {
  expect(setupCommand("acme", "both")).toMatch(/ --response$/);
  expect(setupCommand("acme", "response")).toMatch(/ --only-response$/);
});
