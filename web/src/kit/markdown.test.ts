import { expect, test } from "vitest";
import { parseMarkdown } from "./markdown.ts";

test("headings, paragraphs and lists are told apart", () => {
  const blocks = parseMarkdown("# Title\n\nOne\nline.\n\n1. first,\n   going on;\n2. second\n\n- a\n* b\n");
  expect(blocks).toEqual([
    { kind: "heading", level: 1, text: [{ kind: "text", text: "Title" }] },
    { kind: "paragraph", text: [{ kind: "text", text: "One line." }] },
    {
      kind: "list",
      ordered: true,
      items: [[{ kind: "text", text: "first, going on;" }], [{ kind: "text", text: "second" }]],
    },
    { kind: "list", ordered: false, items: [[{ kind: "text", text: "a" }], [{ kind: "text", text: "b" }]] },
  ]);
});
test("marks within a line", () => {
  expect(parseMarkdown("a **b** *c* `d*e*` [f](https://g.example)")[0]).toEqual({
    kind: "paragraph",
    text: [
      { kind: "text", text: "a " },
      { kind: "strong", text: "b" },
      { kind: "text", text: " " },
      { kind: "em", text: "c" },
      { kind: "text", text: " " },
      { kind: "code", text: "d*e*" },
      { kind: "text", text: " " },
      { kind: "link", text: "f", href: "https://g.example" },
    ],
  });
});
test("a link that is no web address is only text", () => {
  expect(parseMarkdown("[x](javascript:alert(1))")[0]).toMatchObject({
    text: [
      { kind: "text", text: "x" },
      { kind: "text", text: ")" },
    ],
  });
});
test("code is kept as it stands, also when it has no end", () => {
  expect(parseMarkdown("```yaml\na: 1\n\n# no heading")).toEqual([{ kind: "code", text: "a: 1\n\n# no heading" }]);
});
test("every text has an end", () => {
  for (const odd of ["", "\n\n", "#", "-", "**", "```", "1.", "[](", " - x\n    y\nz"])
    expect(() => parseMarkdown(odd)).not.toThrow();
});
