import { expect, test } from "vitest";
import { setupCommand } from "./setupCommand.ts";

test("the command has the domain as it is typed or pasted", () => {
  expect(setupCommand("")).toBe("sallyport okta setup --domain acme --token -");
  expect(setupCommand(" https://beta.okta.com/admin/dashboard ")).toBe(
    "sallyport okta setup --domain beta.okta.com --token -",
  );
});

test("the command holds nothing that a shell would do", () => {
  expect(setupCommand("acme; rm -r $HOME `x`")).toBe("sallyport okta setup --domain acmerm-rHOMEx --token -");
});
