import { expect, test } from "vitest";
import { safeNext } from "./safeNext.ts";

test("a page of ours is a way back", () => expect(safeNext("/runs/1?tab=data")).toBe("/runs/1?tab=data"));
test("nothing leads to another host, or round in a circle", () => {
  for (const bad of [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/sign-in?next=/x",
    7,
    undefined,
  ]) {
    expect(safeNext(bad)).toBeUndefined();
  }
});
