// How a person of Okta and an account in Auth0 stand beside each other, in words.
import type { components } from "../../api/schema.gen.ts";

type State = components["schemas"]["TwinState"];

/** What is to be said of a state; nothing where both are alike. */
export function stateWords(state: State): { says: string; short: string; grave: boolean } | undefined {
  switch (state) {
    case "leftOpen":
      return {
        says: "Deactivated or suspended in Okta, and not blocked in Auth0.",
        short: "Not blocked in Auth0",
        grave: true,
      };
    case "marked":
      return {
        says: "Deactivated in Okta, and marked so in Auth0: an Action has to refuse the sign-in.",
        short: "Marked in Auth0, not blocked",
        grave: false,
      };
    case "shutOut":
      return { says: "Active in Okta, and blocked in Auth0.", short: "Blocked in Auth0", grave: false };
    default:
      return undefined;
  }
}
