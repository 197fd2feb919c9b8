import { expect, test } from "vitest";
import { diffLines } from "./diff.ts";

const marks = { same: " ", gone: "-", new: "+" };
const shown = (a: string, b: string) => diffLines(a, b).map((l) => marks[l.kind] + l.text);

test("lines that stay, go and come", () => {
  expect(shown("a\nb\nc\n", "a\nx\nc\nd\n")).toEqual([" a", "-b", "+x", " c", "+d"]);
  expect(shown("", "a\n")).toEqual(["+a"]);
  expect(shown("a", "")).toEqual(["-a"]);
  expect(shown("", "")).toEqual([]);
  expect(shown("a\nb", "a\nb\n")).toEqual([" a", " b"]);
});

test("what comes out is both texts, whatever they are", () => {
  let seed = 7;
  const next = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % n;
  };
  for (let round = 0; round < 200; round++) {
    const text = () => Array.from({ length: next(12) }, () => "abc"[next(3)]).join("\n");
    const [a, b] = [text(), text()];
    const d = diffLines(a, b);
    expect(
      d
        .filter((l) => l.kind !== "new")
        .map((l) => l.text)
        .join("\n"),
    ).toBe(a);
    expect(
      d
        .filter((l) => l.kind !== "gone")
        .map((l) => l.text)
        .join("\n"),
    ).toBe(b);
  }
});

test("lines have their numbers", () => {
  expect(diffLines("a\nb", "b").map((l) => [l.before, l.after])).toEqual([
    [1, undefined],
    [2, 1],
  ]);
});
