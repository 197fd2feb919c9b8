import { expect, test } from "vitest";
import { allOpen, layout, oneFurther } from "./pathLayout.ts";

const step = (from: string, to: string) => ({ from, to });
const path = [step("ada", "group"), step("group", "role"), step("role", "top")];

test("it opens step by step", () => {
  let open: ReadonlySet<string> = new Set(["ada"]);
  let l = layout("ada", path, open);
  expect(l.places.map((p) => p.key)).toEqual(["ada", "group"]);
  expect([...l.closed]).toEqual([["group", 1]]);
  open = oneFurther(l, open);
  l = layout("ada", path, open);
  expect(l.places.map((p) => p.key)).toEqual(["ada", "group", "role"]);
  l = layout("ada", path, allOpen(path));
  expect(l.places.at(-1)).toEqual({ key: "top", depth: 3, row: 0 });
  expect(l.closed.size).toBe(0);
});

test("what several ways lead to stands once, behind the longest", () => {
  const steps = [...path, step("ada", "top"), step("ada", "app"), step("app", "top")];
  const l = layout("ada", steps, allOpen(steps));
  expect(l.places.filter((p) => p.key === "top")).toEqual([{ key: "top", depth: 3, row: 0 }]);
  expect(l.steps).toHaveLength(6);
  expect(l.rows).toBe(2);
});

test("the same step on two paths is drawn once", () => {
  expect(layout("ada", [...path, ...path], allOpen(path)).steps).toHaveLength(3);
});

test("a circle ends, and all of it has a place", () => {
  const steps = [step("a", "b"), step("b", "c"), step("c", "b"), step("c", "a")];
  const l = layout("a", steps, allOpen(steps));
  expect(l.places.map((p) => p.key).toSorted()).toEqual(["a", "b", "c"]);
  expect(l.places.find((p) => p.key === "a")?.depth).toBe(0);
});

test("no two things have one place", () => {
  const steps = [step("a", "b"), step("a", "c"), step("b", "d"), step("c", "e"), step("c", "d")];
  const { places } = layout("a", steps, allOpen(steps));
  expect(new Set(places.map((p) => `${p.depth}/${p.row}`)).size).toBe(places.length);
});

test("what is closed hides what lies behind it, unless another way leads there", () => {
  const steps = [step("a", "b"), step("a", "c"), step("b", "d"), step("c", "d")];
  const l = layout("a", steps, new Set(["a", "c"]));
  expect(l.places.map((p) => p.key)).toEqual(["a", "b", "c", "d"]);
  expect([...l.closed.keys()]).toEqual(["b"]);
});
