import { expect, test } from "vitest";
import { readSource } from "./source.ts";
import { testValues, withTestValues } from "./testData.ts";
import { findCard, treeOf } from "./tree.ts";

const { source } = readSource(`flow: f
cards:
  - id: a
    use: text.compose
    if: event.outcome.result == "x.y" && size(read.list[0].name) > 1
    with: { text: "{{ item.profile.login }} {{ item.profile.login }} {{ read.list.0 }}", n: ["{{ index }}"] }
`);
if (!source) throw new Error("no YAML");
const card = findCard(treeOf(source), "a");
if (!card) throw new Error("no card");

test("what a card refers to is asked for once, with what is known", () => {
  expect(testValues(card, { item: { profile: { login: "joe" } }, index: 2 }).map((v) => [v.name, v.text])).toEqual([
    ["item.profile.login", "joe"],
    ["read.list.0", ""],
    ["index", "2"],
    ["event.outcome.result", ""],
    ["read.list.0.name", ""],
  ]);
});

test("values of one's own take their places, the rest stays", () => {
  const before = { item: { profile: { login: "joe", city: "Bern", id: "1" } }, event: { id: 1 } };
  const give = (path: string, text: string) => ({ name: path, path: path.split("."), text });
  const after = withTestValues(before, [
    give("item.profile.login", "ann"),
    give("item.profile.id", "2"),
    give("read.list.1.name", "x"),
    give("index", "3"),
    give("event.gone", ""),
  ]);
  expect(after).toEqual({
    item: { profile: { login: "ann", city: "Bern", id: "2" } },
    event: { id: 1, gone: null },
    read: { list: [null, { name: "x" }] },
    index: 3,
  });
  expect(before.item.profile.login).toBe("joe");
});
