import { expect, test } from "vitest";
import { yamlParts } from "./yamlParts.ts";

const kinds = (line: string) => yamlParts(line).map((p) => `${p.kind}:${p.text}`);

test.each([
  ["title: A rule", ["key:title:", "plain: A rule"]],
  ["  eventType|contains: 'mfa'", ["plain:  ", "key:eventType|contains:", "string: 'mfa'"]],
  ["  - name: x # why", ["plain:  - ", "key:name:", "plain: x", "comment: # why"]],
  ["# all of it", ["comment:# all of it"]],
  ["  url: http://a.example/#x", ["plain:  ", "key:url:", "plain: http://a.example/#x"]],
  ["plain words", ["plain:plain words"]],
  ["", []],
])("a line falls into its parts: %s", (line, parts) => {
  expect(kinds(line)).toEqual(parts);
});

test("the parts are the line", () => {
  for (const line of ["a: 'b # c'", "- x: y", "   ", "key:", 'k: "v" # c']) {
    expect(
      yamlParts(line)
        .map((p) => p.text)
        .join(""),
    ).toBe(line);
  }
});
