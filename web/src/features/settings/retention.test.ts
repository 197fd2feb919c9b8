import { expect, test } from "vitest";
import { bodyOf, daysProblem, sized, sizeProblem, typedOf } from "./retention.ts";

const stored = { events: 1000, megabytes: 4096 };

test("no bound is an empty field", () => {
  expect(typedOf({ days: 0, megabytes: 0, stored })).toEqual({ days: "", gigabytes: "" });
  expect(typedOf({ days: 90, megabytes: 1536, stored })).toEqual({ days: "90", gigabytes: "1.5" });
  expect(bodyOf({ days: " ", gigabytes: "" })).toEqual({ days: 0, megabytes: 0 });
  expect(bodyOf({ days: "90", gigabytes: "1,5" })).toEqual({ days: 90, megabytes: 1536 });
});

test("what cannot be is named", () => {
  for (const good of ["", "1", "36500"]) expect(daysProblem(good)).toBeUndefined();
  for (const bad of ["0", "-1", "1.5", "soon", "36501"]) expect(daysProblem(bad)).toBeTruthy();
  for (const good of ["", "0.1", "1,5", "20"]) expect(sizeProblem(good)).toBeUndefined();
  for (const bad of ["0", "-1", "much", "100000"]) expect(sizeProblem(bad)).toBeTruthy();
});

test("sizes read well", () => {
  expect(sized(0)).toBe("less than 1 MB");
  expect(sized(900)).toBe("about 900 MB");
  expect(sized(2560)).toBe("about 2.5 GB");
});
