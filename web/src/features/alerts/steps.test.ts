import { expect, test } from "vitest";
import type { Entry } from "./alert.ts";
import { stepComment, stepOf, stepsDone } from "./steps.ts";

const comment = (text: string, at = "2026-01-01T00:00:00Z"): Entry => ({ at, kind: "comment", text, of: "a" });

test("a step is done until somebody says that it is not", () => {
  const done = stepComment("Call them", true);
  expect(stepsDone([comment("hello"), comment(done)]).get("Call them")?.text).toBe(done);
  expect(stepsDone([comment(done), comment(stepComment("Call them", false))]).size).toBe(0);
});

test("other comments, and what is no comment, say nothing of steps", () => {
  expect(stepOf("[y] Call them")).toBeUndefined();
  expect(stepOf("see [x] there")).toBeUndefined();
  expect(stepOf(undefined)).toBeUndefined();
  expect(stepsDone([{ ...comment("[x] Call them"), kind: "state" }]).size).toBe(0);
});
