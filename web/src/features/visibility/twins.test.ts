import { expect, test } from "vitest";
import { stateWords } from "./twins.ts";

test("what differs is said, and what is alike is not", () => {
  expect(stateWords("alike")).toBeUndefined();
  expect(stateWords("leftOpen")?.grave).toBe(true);
  expect(stateWords("shutOut")?.says).toContain("blocked in Auth0");
  expect(stateWords("marked")?.grave).toBe(false);
});
