import { expect, test } from "vitest";
import { flowline } from "./flowline.ts";

test("straight down is one line", () => expect(flowline(10, 0, 10.4, 50, false)).toBe("M 10 0 L 10 50"));
test("into a lane it turns soon after the card", () =>
  expect(flowline(0, 0, 100, 60, false)).toContain("L 0 9 Q 0 15 6 15"));
test("out of a lane it turns just before the join", () =>
  expect(flowline(0, 0, -100, 300, true)).toContain("L 0 281 Q 0 287 -6 287"));
