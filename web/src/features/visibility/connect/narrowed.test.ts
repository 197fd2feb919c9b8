import { expect, test } from "vitest";
import { narrowed } from "./narrowed.ts";

test("what is left empty narrows nothing", () => {
  expect(narrowed("", "")).toEqual({});
  expect(narrowed(" , ", " ")).toEqual({});
  expect(narrowed("Offices, Data centre ", "25")).toEqual({ zones: ["Offices", "Data centre"], share: 25 });
});
