import { describe, expect, test } from "vitest";
import { entered, initial, missing, problems, shown, type ValueSpec, valuesOf } from "./value.ts";

const spec = (name: string, type: ValueSpec["type"], more: Partial<ValueSpec> = {}): ValueSpec => ({
  name,
  title: name,
  type,
  required: false,
  ...more,
});

describe("entered", () => {
  test("nothing stands for no value", () => expect(entered("  ", "number")).toEqual({}));
  test("a number is a number", () => expect(entered("12.5", "number")).toEqual({ value: 12.5 }));
  test("a word is no number", () => expect(entered("twelve", "number").problem).toBeDefined());
  test("lines are a list", () => expect(entered("a\n b \n\n", "list")).toEqual({ value: ["a", "b"] }));
  test("a list may be JSON", () => expect(entered("[1, 2]", "list")).toEqual({ value: [1, 2] }));
  test("an object is JSON, and no list", () => {
    expect(entered('{"a":1}', "object")).toEqual({ value: { a: 1 } });
    expect(entered("[1]", "object").problem).toBeDefined();
    expect(entered("{a", "object").problem).toBeDefined();
  });
  test("a text stays as it is typed", () => expect(entered(" x ", "text")).toEqual({ value: " x " }));
});

test("what is shown can be entered again", () => {
  const cases: [unknown, ValueSpec["type"]][] = [
    ["#security", "text"],
    [3, "number"],
    [["a", "b"], "list"],
    [{ a: [1] }, "object"],
    ["2025-11-21T14:00:00.000Z", "date"],
  ];
  for (const [value, type] of cases) expect(entered(shown(value, type), type).value).toEqual(value);
});

test("a form knows its values, its problems and what is missing", () => {
  const specs = [spec("on", "boolean"), spec("n", "number", { default: 5 }), spec("who", "text", { required: true })];
  const texts = initial(specs, { on: false });
  expect(texts).toEqual({ on: "false", n: "5", who: "" });
  expect(missing(specs, texts)).toEqual(["who"]);
  expect(valuesOf(specs, texts)).toEqual({ on: false, n: 5 });
  expect(problems(specs, { ...texts, n: "x" })).toEqual({ n: expect.stringContaining("number") });
});
