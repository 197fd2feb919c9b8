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
  for (const odd of ["", "\n\n", "#", "-", "**", "```", "1.", "[](", " - x\n    y\nz", "|", "|-|\n|-|", "a|\n-|\n|"])
    expect(() => parseMarkdown(odd)).not.toThrow();
});

const plain = (t: string) => [{ kind: "text", text: t }];
test("a table has a head, rows as wide as it, and cells with marks", () => {
  const text =
    "Before.\n| Option | unless *changed* |\n|:---|---:|\n| `a \\| b` | <b>1</b> |\n| only |\n| x | y | z |\nAfter.";
  expect(parseMarkdown(text)).toEqual([
    { kind: "paragraph", text: plain("Before.") },
    {
      kind: "table",
      head: [
        { text: plain("Option") },
        {
          text: [
            { kind: "text", text: "unless " },
            { kind: "em", text: "changed" },
          ],
          right: true,
        },
      ],
      rows: [
        [{ text: [{ kind: "code", text: "a | b" }] }, { text: plain("<b>1</b>"), right: true }],
        [{ text: plain("only") }, { text: [], right: true }],
        [{ text: plain("x") }, { text: plain("y"), right: true }],
      ],
    },
    { kind: "paragraph", text: plain("After.") },
  ]);
});
test("bars alone are no table", () => {
  for (const text of ["a | b\nc | d", "| a | b |\n|---|", "a\n---"])
    expect(parseMarkdown(text).map((b) => b.kind)).toEqual(["paragraph"]);
});
