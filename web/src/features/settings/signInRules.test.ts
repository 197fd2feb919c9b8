import { expect, test } from "vitest";
import { rulesBody, spanProblem, typedRules } from "./signInRules.ts";

const rules = { idle: 1800, absolute: 43_200, secondFactor: true, tokenLife: 0, mostIdle: 3600, mostAbsolute: 86_400 };

test("rules are typed in minutes, hours and days, and nothing is the server's", () => {
  const typed = typedRules(rules);
  expect(typed).toEqual({ idle: "30", absolute: "12", tokens: "", secondFactor: true });
  expect(rulesBody(typed)).toEqual({ idle: 1800, absolute: 43_200, tokenLife: 0, secondFactor: true });
});

test("a length of time is a number, and not above the server's", () => {
  expect(spanProblem("", 60, 3600, "minutes")).toBeUndefined();
  expect(spanProblem("60", 60, 3600, "minutes")).toBeUndefined();
  expect(spanProblem("61", 60, 3600, "minutes")).toMatch(/At most 60/);
  expect(spanProblem("soon", 60, 3600, "minutes")).toMatch(/number/);
  expect(spanProblem("0", 60, 3600, "minutes")).toMatch(/number/);
});
