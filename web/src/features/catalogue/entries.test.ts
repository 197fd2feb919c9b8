import { describe, expect, test } from "vitest";
import type { components } from "../../api/schema.gen.ts";
import { entriesOf, exampleOf, filterEntries, groupsOf } from "./entries.ts";

const port = (name: string, required = false) =>
  ({ name, title: name, type: "text", required, long: false }) as components["schemas"]["FormField"];

const catalogue: components["schemas"]["Catalogue"] = {
  functions: [
    {
      id: "text.trim",
      title: "Trim",
      help: "Without blanks",
      extensible: false,
      inputs: [port("text", true)],
      outputs: [port("result")],
      serves: ["string:trim"],
    },
    { id: "boolean.and", title: "And", help: "Both", extensible: true, inputs: [], outputs: [], serves: [] },
  ],
  connectors: [
    {
      id: "slack",
      title: "Slack",
      settings: [],
      actions: [
        {
          id: "send",
          title: "Send a message",
          effect: "notify",
          inputs: [port("channel", true), port("#1", true)],
          outputs: [],
          serves: ["slack:post"],
        },
      ],
    },
  ],
};
const all = entriesOf(catalogue);
const ids = (f: { q?: string; of?: string }) => filterEntries(all, f).map((e) => e.id);

describe("entries", () => {
  test("are functions by family, then actions by connector", () => {
    expect(all.map((e) => e.id)).toEqual(["text.trim", "boolean.and", "slack.send"]);
    expect(groupsOf(all).map((g) => g.title)).toEqual(["Text", "True/false", "Slack"]);
  });
  test("are found by words of the title, the ports and the cards that they serve", () => {
    expect(ids({ q: "trim string" })).toEqual(["text.trim"]);
    expect(ids({ q: "channel" })).toEqual(["slack.send"]);
    expect(ids({ q: "slack:post" })).toEqual(["slack.send"]);
    expect(ids({ q: "nothing like it" })).toEqual([]);
  });
  test("with the words in the title come first", () => {
    expect(ids({ q: "t" })[0]).toBe("text.trim");
    expect(ids({ q: "an" })[0]).toBe("boolean.and");
  });
  test("are narrowed to a kind, a family or a connector", () => {
    expect(ids({ of: "functions" })).toEqual(["text.trim", "boolean.and"]);
    expect(ids({ of: "connectors" })).toEqual(["slack.send"]);
    expect(ids({ of: "functions.text" })).toEqual(["text.trim"]);
    expect(ids({ of: "slack", q: "trim" })).toEqual([]);
  });
  test("show how a card uses them", () => {
    const example = (i: number) => exampleOf(all[i] as (typeof all)[number]);
    expect(example(0)).toBe("- use: text.trim\n  with:\n    text: ");
    expect(example(1)).toBe("- use: boolean.and");
    expect(example(2)).toBe('- use: CONNECTION.send\n  with:\n    channel: \n    "#1": ');
  });
});
