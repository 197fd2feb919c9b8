import { expect, test } from "vitest";
import { failureOf } from "./upload.ts";

test("an error of the API keeps its words and its request", () => {
  const f = failureOf("POST /x", 400, { error: { kind: "invalid", message: "the file is empty", requestId: "r1" } });
  expect([f.kind, f.message, f.requestId]).toEqual(["invalid", "The file is empty.", "r1"]);
});

test("an answer that is none of the API's says its status", () => {
  expect(failureOf("POST /x", 502, undefined).message).toBe("The server answered 502.");
});
