import { expect, test } from "vitest";
import { doingsOf, type Readable } from "./doings.ts";
import type { Catalogue } from "./model/catalogue.ts";

const act = (id: string, effect: string) => ({ id, title: id, effect, inputs: [], outputs: [] });
const catalogue: Catalogue = {
  functions: new Map(),
  helpers: new Map(),
  connectors: new Map([
    [
      "okta",
      {
        id: "okta",
        title: "Okta",
        settings: [],
        actions: [act("get_user", "read"), act("suspend_user", "change"), act("delete_user", "destructive")],
      },
    ],
  ]),
};

const flow = (slug: string, cards: string): Readable => ({
  id: slug,
  slug,
  title: slug.toUpperCase(),
  yaml: `flow: ${slug}\nconnections: {dir: okta}\ntrigger: {call: {}}\ncards:\n${cards}`,
});

async function doings(cards: string, ...others: Readable[]) {
  const { list, unknown } = await doingsOf(
    flow("main", cards),
    (slug) => Promise.resolve(others.find((o) => o.slug === slug)),
    catalogue,
  );
  return { list: list.map((d) => [d.title, d.through, d.cards]), unknown };
}

test("what called flows do is told, also from lanes, runs of their own and errors, and through others", async () => {
  const cards = `
  - {id: a, use: dir.get_user, on_error: {call: third}}
  - {id: b, each: "{{ x }}", do: [{id: c, call: first, async: true}, {id: c2, call: first}]}`;
  const found = await doings(
    cards,
    flow("first", "  - {id: a, use: dir.suspend_user}\n  - {id: b, use: dir.suspend_user}\n  - {id: d, call: second}"),
    flow("second", "  - {id: a, use: dir.delete_user}\n  - {id: b, call: first}\n  - {id: c, call: main}"),
    flow("third", "  - {id: a, use: dir.suspend_user}"),
  );
  expect(found).toEqual({
    list: [
      ["suspend_user", "THIRD", 1],
      ["suspend_user", "FIRST", 2],
      ["delete_user", "SECOND", 1],
    ],
    unknown: [],
  });
});

test("a flow that only reads does nothing", async () => {
  expect(await doings("  - {id: a, use: dir.get_user}")).toEqual({ list: [], unknown: [] });
});

test("what is not known is told", async () => {
  const found = await doings(
    "  - {id: a, call: gone}\n  - {id: b, call: broken}\n  - {id: c, use: dir.launch}",
    flow("broken", "  - {id: a, use: ["),
  );
  expect(found.list).toEqual([]);
  expect(found.unknown).toEqual([
    "What dir.launch does in the flow is not known.",
    "It calls gone, which could not be read.",
    "The cards of BROKEN could not be read.",
  ]);
});
