import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Catalogue, CataloguePort } from "./catalogue.ts";
import { duplicateCard, freeId, insertCard, moveCard, removeCard, renameCard, setIn } from "./edit.ts";
import { insertItem, itemsOf } from "./palette.ts";
import { placed } from "./problems.ts";
import { availableAt } from "./scope.ts";
import { type Path, readSource, type Source, writeSource } from "./source.ts";
import { allCards, around, type CardNode, cardAt, findCard, treeOf } from "./tree.ts";
import { fromText, textProblem } from "./values.ts";

const template = readFileSync(
  path.resolve(
    import.meta.dirname,
    "../../../../../content/templates/suspicious_activity_reported/suspicious_activity_reported.yaml",
  ),
  "utf8",
);

const small = `flow: f # the name
trigger: { on_demand: }
cards:
  # First things first.
  - id: a
    use: text.compose
    with: { text: "one {{ input.x }}" }

  - id: q
    if: a.text == 'a.b' && steps.a.state == "a"
    then:
      - { id: t, use: text.compose, with: { text: "{{ a.text }} {{steps.a.error}}" } }
    out:
      x: { then: "{{ t.text }}", else: none }
  - id: loop
    each: "{{ q.x }}"
    as: it
    do:
      - id: b
        use: text.trim
        with: { text: "{{ it.name | get \\"a.b\\" }}" }
`;

function source(text: string): Source {
  const { source: s, faults } = readSource(text);
  if (!s) throw new Error(faults.map((f) => f.message).join());
  return s;
}

/** Changes a text, and returns what it is then. */
function edited(text: string, change: (s: Source) => void): string {
  const s = source(text);
  change(s);
  return writeSource(s);
}

function card(s: Source, id: string): CardNode {
  const c = findCard(treeOf(s), id);
  if (!c) throw new Error(`no card ${id}`);
  return c;
}

const order = (text: string) => [...allCards(treeOf(source(text)).cards)].map((c) => c.id);

describe("what is not changed stays as it was written", () => {
  test("a template of ours, to the letter", () => expect(edited(template, () => {})).toBe(template));
  test("comments, blank lines and short forms", () => expect(edited(small, () => {})).toBe(small));
  test("lists that are not indented", () => {
    const text = "flow: f\ncards:\n- id: a\n  stop: x\n";
    expect(edited(text, () => {})).toBe(text);
  });
  test("all but the line of a changed value", () => {
    const after = edited(template, (s) => setIn(s.doc, card(s, "link").path, ["title"], "Link"));
    const [was, is] = [template.split("\n"), after.split("\n")];
    expect(is.length).toBe(was.length);
    expect(is.filter((l, i) => l !== was[i])).toEqual(["    title: Link"]);
  });
});

describe("reading", () => {
  test("cards in lanes, with kinds and lines", () => {
    const tree = treeOf(source(small));
    expect([...allCards(tree.cards)].map((c) => [c.id, c.kind, c.line])).toEqual([
      ["a", "function", 5],
      ["q", "if", 9],
      ["t", "function", 12],
      ["loop", "each", 15],
      ["b", "function", 19],
    ]);
    expect(tree.cards[1]?.lanes.map((l) => [l.key, l.cards.length])).toEqual([
      ["then", 1],
      ["else", 0],
    ]);
  });
  test("the kinds that there are", () => {
    const tree = treeOf(
      source(`flow: f
connections: { o: okta }
cards:
  - branch: [ { if: x, title: one, do: [ { stop: a } ] }, { do: [] } ]
    else: [ { fail: b } ]
  - try: [ { use: o.get_user } ]
    catch: [ { return: { a: 1 } } ]
  - map: "{{ x }}"
    do: [ { return: { a: 1 } } ]
  - repeat: 3
    do: []
  - use: o.list_users
    stream: { as: person, do: [ { comment: hi } ] }
  - { wait: { for: 1, unit: days } }
  - { respond: { status: 200 } }
  - {}
`),
    );
    expect(tree.cards.map((c) => [c.kind, c.lanes.map((l) => `${l.label}:${l.cards.length}`).join(" ")])).toEqual([
      ["branch", "one:1 case 2:0 else:1"],
      ["try", "try:1 if it fails:1"],
      ["map", "for each item:1"],
      ["repeat", "3 times:0"],
      ["action", "for each person:1"],
      ["wait", ""],
      ["respond", ""],
      ["unknown", ""],
    ]);
  });
  test("what is no flow does no harm", () => {
    for (const text of ["flow: f\ncards: nonsense", "flow: f\ncards: [1, null, [x]]\ntrigger: 7\noptions: [a]"])
      expect(treeOf(source(text)).cards).toEqual([]);
  });
  test("faults of the YAML say where", () => {
    expect(readSource("flow: f\n  x: [").faults[0]?.line).toBeGreaterThan(0);
    expect(readSource("").faults[0]?.message).toContain("mapping");
  });
});

describe("changing", () => {
  test("a card is inserted into an empty canvas", () => {
    const text = edited("flow: f\ntrigger: { on_demand: }\ncards: []\n", (s) => {
      expect(
        insertCard(
          s.doc,
          { list: ["cards"], index: 0 },
          { id: "w", use: "text.compose", with: { text: "{{ run.id }}" } },
        ),
      ).toEqual(["cards", 0]);
    });
    expect(text).toBe(
      'flow: f\ntrigger: { on_demand: }\ncards:\n  - id: w\n    use: text.compose\n    with:\n      text: "{{ run.id }}"\n',
    );
  });
  test("and into a lane that is not written yet", () => {
    const text = edited(small, (s) =>
      insertCard(s.doc, { list: [...card(s, "q").path, "else"], index: 0 }, { id: "e", stop: "no" }),
    );
    expect(order(text)).toEqual(["a", "q", "t", "e", "loop", "b"]);
    expect(text.indexOf("else:")).toBeLessThan(text.indexOf("out:"));
  });
  test("a card is taken away with its comment", () => {
    const text = edited(small, (s) => removeCard(s.doc, card(s, "t").path));
    expect(order(text)).toEqual(["a", "q", "loop", "b"]);
    expect(text).toContain("then: []");
  });
  const moves: Record<string, { id: string; list: Path; index: number; gives: string[]; at: Path }> = {
    "down in its list": { id: "a", list: ["cards"], index: 2, gives: ["q", "t", "a", "loop", "b"], at: ["cards", 1] },
    "up in its list": { id: "loop", list: ["cards"], index: 0, gives: ["loop", "b", "a", "q", "t"], at: ["cards", 0] },
    "into a lane behind it": {
      id: "a",
      list: ["cards", 2, "do"],
      index: 0,
      gives: ["q", "t", "loop", "a", "b"],
      at: ["cards", 1, "do", 0],
    },
    "into a lane that is not there": {
      id: "a",
      list: ["cards", 1, "else"],
      index: 0,
      gives: ["q", "t", "a", "loop", "b"],
      at: ["cards", 0, "else", 0],
    },
    "out of a lane": { id: "b", list: ["cards"], index: 3, gives: ["a", "q", "t", "loop", "b"], at: ["cards", 3] },
    "not into itself": {
      id: "loop",
      list: ["cards", 2, "do"],
      index: 0,
      gives: ["a", "q", "t", "loop", "b"],
      at: ["cards", 2],
    },
  };
  for (const [name, m] of Object.entries(moves)) {
    test(`a card moves ${name}`, () => {
      const text = edited(small, (s) => {
        const at = moveCard(s.doc, card(s, m.id).path, m);
        expect(at).toEqual(m.at);
        expect(cardAt(treeOf(s), at)?.id).toBe(m.id);
      });
      expect(order(text)).toEqual(m.gives);
    });
  }
  test("a copy has ids of its own, and refers to itself", () => {
    const text = edited(small, (s) => expect(duplicateCard(s.doc, treeOf(s), card(s, "q"))).toEqual(["cards", 2]));
    expect(order(text)).toEqual(["a", "q", "t", "q_2", "t_2", "loop", "b"]);
    expect(text).toContain('{ then: "{{ t_2.text }}", else: none }');
    expect(text.match(/\{\{ t\.text/g)?.length).toBe(1);
  });
  test("an id is changed with all that refers to it", () => {
    const text = edited(small, (s) => renameCard(s.doc, card(s, "a"), "first"));
    expect(text).toContain("id: first");
    expect(text).toContain(`if: first.text == 'a.b' && steps.first.state == "a"`);
    expect(text).toContain('"{{ first.text }} {{steps.first.error}}"');
    expect(text).toContain("# First things first.");
  });
  test("a card without an id gets one at the top", () => {
    const text = edited("flow: f\ncards:\n  - title: T\n    stop: x\n", (s) =>
      renameCard(s.doc, card(s, "card_1"), "end"),
    );
    expect(text).toBe("flow: f\ncards:\n  - id: end\n    title: T\n    stop: x\n");
  });
  test("inputs come and go", () => {
    const one = edited("flow: f\ncards:\n  - id: a\n    use: x.y\n", (s) => {
      setIn(s.doc, ["cards", 0], ["with", "User ID"], "{{ event.actor.id }}");
      setIn(s.doc, ["cards", 0], ["with", "send"], true);
      setIn(s.doc, ["cards", 0], ["with", "text"], "a\nb");
      setIn(s.doc, ["cards", 0], ["title"], "T");
    });
    expect(one).toBe(
      'flow: f\ncards:\n  - id: a\n    title: T\n    use: x.y\n    with:\n      User ID: "{{ event.actor.id }}"\n      send: true\n      text: |-\n        a\n        b\n',
    );
    const none = edited(one, (s) => {
      for (const k of ["User ID", "send", "text"]) setIn(s.doc, ["cards", 0], ["with", k], undefined);
    });
    expect(none).toBe("flow: f\ncards:\n  - id: a\n    title: T\n    use: x.y\n");
  });
  test("a value of another kind is written as such", () => {
    const text = edited("flow: f\nx: { a: 1, b: yes it is }\n", (s) => {
      setIn(s.doc, ["x"], ["a"], "1");
      setIn(s.doc, ["x"], ["b"], "true");
    });
    expect(text).toBe('flow: f\nx: { a: "1", b: "true" }\n');
  });
  test("the top of a flow is changed too", () => {
    const text = edited("flow: f\ncards: []\n", (s) => {
      setIn(s.doc, [], ["connections", "okta"], "okta");
      setIn(s.doc, [], ["trigger", "event"], ["a.b", "c.d"]);
    });
    expect(treeOf(source(text)).connections).toEqual([{ name: "okta", title: "okta", connectors: ["okta"] }]);
    expect(treeOf(source(text)).trigger.events).toEqual(["a.b", "c.d"]);
  });
  test("ids are made of words", () => {
    expect(freeId("Clear user sessions", new Set())).toBe("clear_user_sessions");
    expect(freeId("a", new Set(["a", "a_2"]))).toBe("a_3");
    expect([freeId("42 ???", new Set()), freeId("Übung 1", new Set())]).toEqual(["card", "ubung_1"]);
  });
});

const port = (name: string, type = "text"): CataloguePort => ({ name, title: name, type });
const catalogue: Catalogue = {
  functions: new Map([
    [
      "text.compose",
      {
        id: "text.compose",
        title: "Compose",
        help: "",
        extensible: false,
        inputs: [port("text")],
        outputs: [port("text")],
      },
    ],
    [
      "text.trim",
      { id: "text.trim", title: "Trim", help: "", extensible: false, inputs: [port("text")], outputs: [port("text")] },
    ],
  ]),
  connectors: new Map([
    [
      "slack",
      {
        id: "slack",
        title: "Slack",
        settings: [port("team")],
        actions: [
          {
            id: "send",
            title: "Send",
            effect: "write",
            inputs: [port("text")],
            outputs: [port("ts"), port("channel")],
          },
        ],
      },
    ],
    [
      "teams",
      {
        id: "teams",
        title: "Teams",
        settings: [],
        actions: [{ id: "send", title: "Send", effect: "write", inputs: [port("text")], outputs: [port("ts")] }],
      },
    ],
  ]),
  helpers: new Map(),
};

describe("what is available", () => {
  const names = (text: string, id: string, samples = {}) => {
    const s = source(text);
    const tree = treeOf(s);
    const c = card(s, id);
    return availableAt({ tree, catalogue, samples }, c.path.slice(0, -1), c.path.at(-1) as number).flatMap((g) =>
      g.values.map((v) => v.path.join(".")),
    );
  };
  test("of the cards before, in the same lane and around it", () => {
    expect(names(small, "t")).toContain("a.text");
    expect(names(small, "t")).not.toContain("q.x");
    expect(names(small, "loop")).toEqual(expect.arrayContaining(["a.text", "q.x", "q.branch", "steps.a.state"]));
    expect(names(small, "loop")).not.toContain("t.text");
    expect(names(small, "b")).toEqual(expect.arrayContaining(["it", "index", "q.x"]));
    expect(names(small, "a")).toEqual(["run.id", "run.flow", "run.started_at", "run.dry_run"]);
  });
  test("of all connectors of a slot only what they have in common, and each one's settings", () => {
    const text =
      "flow: f\nconnections: { chat: { connector: [slack, teams] } }\noptions: { c: text }\ntrigger: { event: a.b }\ncards:\n  - { id: s, use: chat.send }\n  - { id: e, stop: x }\n";
    const got = names(text, "e", { event: { debugContext: { debugData: { risk: "high" } } } });
    expect(got).toEqual(
      expect.arrayContaining([
        "s.ts",
        "options.c",
        "connections.chat.team",
        "event.actor.id",
        "event.debugContext.debugData.risk",
      ]),
    );
    expect(got).not.toContain("s.channel");
  });
  test("the error in a catch, the memo in a reduce", () => {
    const text =
      "flow: f\ncards:\n  - id: t\n    try: [ { id: x, use: text.trim } ]\n    catch: [ { id: c, comment: hi } ]\n  - id: r\n    reduce: []\n    do: [ { id: d, return: { memo: 1 } } ]\n  - { id: e, stop: x }\n";
    expect(names(text, "c")).toContain("error.message");
    expect(names(text, "x")).not.toContain("error.message");
    expect(names(text, "d")).toEqual(expect.arrayContaining(["memo", "item", "index", "t.failed"]));
    expect(names(text, "e")).toEqual(expect.arrayContaining(["r.item", "t.failed"]));
  });
  test("a block gives what it returns, or what its only card gives", () => {
    const text =
      "flow: f\ncards:\n  - id: t\n    try: [ { id: x, use: text.trim } ]\n    catch: [ { return: { why: 1 } } ]\n  - { id: e, stop: x }\n";
    expect(names(text, "e")).toEqual(expect.arrayContaining(["t.text", "t.why", "t.failed"]));
  });
  test("what stands around a card is known", () => {
    const s = source(small);
    expect(around(treeOf(s), card(s, "b")).map((a) => [a.card.id, a.lane.key])).toEqual([["loop", "do"]]);
  });
});

describe("the palette", () => {
  const items = itemsOf(catalogue, new Set(["teams"]));
  const put = (key: string, text = "flow: f\ntrigger: { on_demand: }\ncards: []\n") => {
    const s = source(text);
    const item = items.find((i) => i.key === key);
    if (!item) throw new Error(`no ${key}`);
    insertItem(s, { list: ["cards"], index: 0 }, item);
    return writeSource(s);
  };
  test("offers what is connected before the rest", () =>
    expect(items.filter((i) => i.kind === "action").map((i) => i.key)).toEqual([
      "action:teams.send",
      "action:slack.send",
    ]));
  test("makes the slot that an action needs, where there is none", () => {
    const one = put("action:slack.send");
    expect(one).toBe(
      "flow: f\nconnections:\n  slack: slack\ntrigger: { on_demand: }\ncards:\n  - id: send\n    title: Send\n    use: slack.send\n",
    );
    expect(put("action:slack.send", one)).toContain("id: send_2\n    title: Send\n    use: slack.send\n");
  });
  test("makes cards that hold others", () =>
    expect(treeOf(source(put("card:if"))).cards[0]?.lanes.map((l) => l.key)).toEqual(["then", "else"]));
});

describe("problems", () => {
  test("belong to the innermost card of their path, or else to that of their line", () => {
    const tree = treeOf(source(small));
    const got = placed(
      [
        { path: "cards[1].then[0].with.User ID", line: 12, message: "a" },
        { path: "cards[1]", message: "b" },
        { path: "trigger.where", message: "c" },
        { path: "connections.x", line: 3, message: "d" },
        { line: 16, message: "e" },
      ],
      tree,
    );
    expect(got.map((p) => [p.card, p.field])).toEqual([
      ["t", "with.User ID"],
      ["q", ""],
      ["trigger", "where"],
      ["", "connections.x"],
      ["loop", ""],
    ]);
  });

  test("speak of cards and fields, not of YAML", () => {
    const tree = treeOf(source(small));
    const got = placed(
      [
        { path: "cards", message: "the flow does nothing: cards is a list of at least one card" },
        { path: "trigger", message: "what starts the flow is missing: event, schedule, api, on_demand" },
        { path: "cards[2].do", message: "the cards to run in each round are missing: do" },
        { path: "cards[0].with", message: 'text.compose wants the input "text"' },
        { path: "trigger.event[0]", message: '"" is no event type; one looks like user.session.start' },
        { path: "cards[1].if", message: "1:3: Syntax error: extraneous input 'b'" },
        { path: "cards[0].with.text", message: "nobody.name refers to nothing; there are here: run" },
      ],
      tree,
    );
    expect(got.map((p) => [p.place, p.message])).toEqual([
      ["", "There are no cards yet: add what the flow does."],
      ["Trigger", "Choose what starts the flow."],
      ["loop: in each round", "Put a card into it: nothing is done in a round yet."],
      ["a", "text is wanted."],
      ["Trigger: event", "Choose the event that starts it."],
      ["q: condition", "The condition cannot be read, from its character 3 on: extraneous input 'b'"],
      ["a: text", "nobody.name refers to nothing; there are here: run"],
    ]);
  });
});

test("values are edited as texts and keep their kind", () => {
  for (const [text, type, want] of [
    ["5", "number", 5],
    ["5", "text", "5"],
    ["true", "boolean", true],
    ["{{ a.b }}", "object", "{{ a.b }}"],
    ['{"a": 1}', "object", { a: 1 }],
    ['{"a": 1}', "text", '{"a": 1}'],
    ['["{{ a }}"]', "list", ["{{ a }}"]],
    ["[x", "list", "[x"],
    ["", "text", undefined],
  ] as const) {
    expect(fromText(text, type)).toEqual(want);
  }
  expect(
    [textProblem("[x", "list"), textProblem("{{ x }}", "number"), textProblem("x", "number")].map(Boolean),
  ).toEqual([true, false, true]);
});
