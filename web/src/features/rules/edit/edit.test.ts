import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { blockers, type Check, countsOf, eventsOf, marksOf, originsOf } from "./findings.ts";
import { begun, randomId, slugOf, starts, withTitle } from "./starts.ts";
import { type Edit, indent, lineAt, newLine } from "./typing.ts";

/** A text with its selection between bars, or the cursor at one. */
function marked(text: string): [string, number, number] {
  const first = text.indexOf("|");
  const plain = text.replaceAll("|", "");
  const last = text.lastIndexOf("|");
  return [plain, first, last === first ? first : last - 1];
}

function after(value: string, e: Edit | undefined): string | undefined {
  if (!e) return undefined;
  const text = value.slice(0, e.from) + e.text + value.slice(e.to);
  const bar = e.start === e.end ? "|" : `|${text.slice(e.start, e.end)}|`;
  return text.slice(0, e.start) + bar + text.slice(e.end);
}

test.each([
  ["a: 1|", "a: 1\n|"],
  ["  a: 1|", "  a: 1\n  |"],
  ["  a:|", "  a:\n    |"],
  ["  a: # why|", "  a: # why\n    |"],
  ["  - x|", "  - x\n  - |"],
  ["  - a:|", "  - a:\n    |"],
  ["  # note:|", "  # note:\n  |"],
  ["a: |x", "a: \n  |x"],
  ["a: |xy|z", "a: \n  |z"],
  ["|a:", "\n|a:"],
])("a new line goes as far in as it should: %j", (before, want) => {
  const [value, start, end] = marked(before);
  expect(after(value, newLine(value, start, end))).toBe(want);
});

test.each([
  ["|a", false, "  |a"],
  ["abc|", false, "abc |"],
  ["a\n|b\nc|", false, "a\n  |b\n  c|"],
  ["|a\n|b", false, "  |a\n|b"],
  ["|a\n\nb|", false, "  |a\n\n  b|"],
  ["    a|", true, "  a|"],
  [" |a", true, "|a"],
  ["  |a\n  b|", true, "|a\nb|"],
  ["|a", true, undefined],
])("lines are moved in and out: %j", (before, out, want) => {
  const [value, start, end] = marked(before);
  expect(after(value, indent(value, start, end, out))).toBe(want);
});

test("a line is found by its number", () => {
  expect(lineAt("ab\ncd\nef", 1)).toEqual({ start: 0, end: 2 });
  expect(lineAt("ab\ncd\nef", 3)).toEqual({ start: 6, end: 8 });
  expect(lineAt("ab", 9)).toEqual({ start: 0, end: 2 });
});

test.each([
  ["Odd sign-ins", "odd_sign_ins"],
  ["  Ça va? ", "ca_va"],
  ["Taken", "taken_3"],
  ["…", "rule"],
  [`${"long ".repeat(40)}`, "long_long_long_long_long_long_long_long_long_long_long_l"],
])("a file is called after its title: %s", (title, want) => {
  expect(slugOf(title, new Set(["taken", "taken_2"]))).toBe(want);
});

test.each([
  ["Odd sign-ins", "title: Odd sign-ins"],
  ["Odd: sign-ins", 'title: "Odd: sign-ins"'],
  ["Say $& #1", 'title: "Say $& #1"'],
  ["true", 'title: "true"'],
])("the first title is replaced, and stays YAML: %s", (title, want) => {
  const text = withTitle("# x\ntitle: A\nid: 1\n---\ntitle: B\n", title);
  expect(text).toBe(`# x\n${want}\nid: 1\n---\ntitle: B\n`);
  expect(parseAllDocuments(text)[0]?.toJS()).toMatchObject({ title });
});

test.each(starts.map((s) => [s.label, s] as const))("the example is YAML with an id of its own: %s", (_, s) => {
  const id = randomId();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const docs = parseAllDocuments(begun(s, id, "2026-11-22"));
  expect(docs.flatMap((d) => d.errors)).toEqual([]);
  expect(docs[0]?.toJS()).toMatchObject({ title: s.title, id, date: "2026-11-22" });
  expect(parseAllDocuments(s.cases)[0]?.toJS().cases.length).toBeGreaterThan(2);
});

const check: Check = {
  ok: false,
  rules: [],
  problems: [
    { in: "rules", line: 3, message: "a", warning: true },
    { in: "rules", line: 3, message: "b", warning: false },
    { in: "rules", line: 5, message: "c", warning: true },
    { in: "rules", line: 0, message: "d", warning: false },
    { in: "cases", line: 1, message: "e", warning: false },
  ],
  cases: [
    { rule: "r", name: "x", line: 4, fires: true, ok: false, hits: 0, why: ["it does not fire"] },
    { rule: "r", name: "y", line: 5, fires: false, ok: true, hits: 0, why: [] },
  ],
};

test("lines are marked by the worst that is wrong there", () => {
  expect([...marksOf(check, "rules")]).toEqual([
    [3, { message: "a\nb", warning: false }],
    [5, { message: "c", warning: true }],
  ]);
  expect([...marksOf(check, "cases").keys()]).toEqual([1, 4]);
  expect(marksOf(undefined, "rules").size).toBe(0);
});

test("what is in the way of publishing is counted", () => {
  expect(countsOf(check)).toEqual({ errors: 3, warnings: 2, failing: 1, holding: 1 });
  expect(blockers(countsOf(check))).toBe("3 problems are in the way. One case does not hold.");
  expect(blockers({ errors: 0, warnings: 4, failing: 0, holding: 1 })).toBe("");
});

test("events are taken as one, as a list and by line", () => {
  const one = { eventType: "a.b" };
  expect(eventsOf('{"eventType":"a.b"}')).toEqual({ events: [one] });
  expect(eventsOf('[{"eventType":"a.b"},{"eventType":"a.b"}]')).toEqual({ events: [one, one] });
  expect(eventsOf('{"eventType":"a.b"}\n\n{"eventType":"a.b"}\n')).toEqual({ events: [one, one] });
  for (const wrong of ["", "x", "[]", "3", "[1]", "null", '{"a":1}\nx'])
    expect(eventsOf(wrong)).toHaveProperty("error");
});

test("a text says which rules it is derived from", () => {
  expect(originsOf("related: [{ id: a-1, type: derived }, { id: b, type: similar }]\n")).toEqual(["a-1"]);
  expect(originsOf("related:\n  - id: 'a-1'\n    type: derived\n  - id: b\n    type: obsolete\n")).toEqual(["a-1"]);
  expect(originsOf("id: a\nstatus: test\n")).toEqual([]);
});
