import { expect, test } from "vitest";
import { braced, celText, openRef, refsIn, refText, renameInCel, renameInText } from "./refs.ts";

test("references are found with their paths and filters", () => {
  const got = refsIn('a {{ read["System Properties"].ID }} b {{x.0.y | get "a.b" | default "z"}} {{ not closed');
  expect(got.map((r) => [r.path, r.filters])).toEqual([
    [["read", "System Properties", "ID"], []],
    [
      ["x", "0", "y"],
      [
        { name: "get", args: ["a.b"] },
        { name: "default", args: ["z"] },
      ],
    ],
  ]);
  expect(got[0]?.text).toBe('read["System Properties"].ID');
});

test("what is no reference is passed over", () => {
  expect(refsIn("{{ }} {{ a + b }} {{{ x }}").map((r) => r.text)).toEqual([]);
  expect(refsIn("{{ a b }}{{ c }}").map((r) => r.text)).toEqual(["c"]);
});

test("paths are written as they are read", () => {
  for (const path of [["a"], ["a", "b c", "0"], ["a", 'say "x"', "y"], ["User Email"]]) {
    expect(refsIn(braced(path))[0]?.path).toEqual(path);
  }
  expect(refText(["event", "target", "0", "id"])).toBe("event.target.0.id");
  expect(celText(["event", "target", "0", "a b"])).toBe('event.target[0]["a b"]');
});

test("a name is changed in a text only where it is the card's", () => {
  const text = '{{ a.a }} {{ b.a }} a {{ steps.a.state }} {{ steps.b.a }} {{a}} {{ ab.x }} {{ input.a | get "a" }}';
  expect(renameInText(text, "a", "zz")).toBe(
    '{{ zz.a }} {{ b.a }} a {{ steps.zz.state }} {{ steps.b.a }} {{zz}} {{ ab.x }} {{ input.a | get "a" }}',
  );
  expect(renameInText('{{ ["x y"].a }}', "x y", "z")).toBe("{{ [z].a }}".replace("[z]", "[z]"));
});

test("a name is changed in a condition, and not in its texts", () => {
  expect(renameInCel("a.a == 'a' && steps.a.state in [\"a\"] || b.a > aa.a", "a", "z")).toBe(
    "z.a == 'a' && steps.z.state in [\"a\"] || b.a > aa.a",
  );
  expect(renameInCel("x . a + a", "a", "z")).toBe("x . a + z");
});

test("a reference that is being written is found before the caret", () => {
  const at = (text: string) => openRef(text.replace("^", ""), text.indexOf("^"));
  expect(at("User {{^")).toEqual({ start: 5, query: "" });
  expect(at("{{ a }} and {{ item.pro^file }}")).toEqual({ start: 12, query: "item.pro" });
  expect(at("{{ a }}^")).toBeUndefined();
  expect(at("{{ a }^}")).toBeUndefined();
  expect(at("{^")).toBeUndefined();
});
