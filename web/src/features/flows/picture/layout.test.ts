import { describe, expect, test } from "vitest";
import { type Card, everyCard, type Layout, layOut, type Placed } from "./layout.ts";

const card = (id: string, more: Partial<Card> = {}): Card => ({ id, title: id, kind: "function", line: 1, ...more });
const trigger = { kind: "event" as const, events: ["user.session.start"] };

const box = (l: Layout, id: string): Placed => {
  const b = l.boxes.find((x) => x.id === id);
  if (!b) throw new Error(`no box ${id}`);
  return b;
};
const mid = (b: Placed) => b.x + b.w / 2;
const edges = (l: Layout) => l.edges.map((e) => `${e.from} ${e.to}`);

const nested = [
  card("a"),
  card("q", {
    kind: "if",
    if: { cel: "true" },
    then: [
      card("t1"),
      card("loop", {
        kind: "each",
        loop: {
          over: { kind: "literal", value: [], references: [] },
          as: "user",
          body: [card("b1")],
          ignoreErrors: false,
        },
      }),
    ],
    else: [],
  }),
  card("z"),
];

describe("layOut", () => {
  test("cards in a row stand below each other, linked one to the next", () => {
    const l = layOut(trigger, [card("a"), card("b")]);
    expect(box(l, "a").y).toBeGreaterThan(box(l, "trigger").y + box(l, "trigger").h);
    expect(box(l, "b").y).toBeGreaterThan(box(l, "a").y + box(l, "a").h);
    expect([mid(box(l, "a")), mid(box(l, "b"))]).toEqual([mid(box(l, "trigger")), mid(box(l, "trigger"))]);
    expect(edges(l)).toEqual(["trigger a", "a b"]);
  });

  test("nothing overlaps but lanes and what is in them", () => {
    const l = layOut(trigger, nested, true);
    const solid = l.boxes.filter((b) => b.kind !== "lane");
    for (const [i, a] of solid.entries()) {
      for (const b of solid.slice(i + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });

  test("a lane holds its cards", () => {
    const l = layOut(trigger, nested);
    for (const [lane, inside] of [
      ["q/then", "t1"],
      ["q/then", "b1"],
      ["loop/each", "b1"],
    ] as const) {
      const [o, i] = [box(l, lane), box(l, inside)];
      expect(o.x < i.x && o.x + o.w > i.x + i.w && o.y < i.y && o.y + o.h > i.y + i.h, `${inside} in ${lane}`).toBe(
        true,
      );
    }
  });

  test("both sides meet again, an empty one too", () => {
    expect(edges(layOut(trigger, nested))).toEqual(
      expect.arrayContaining(["q t1", "q q/else", "q/else q/join", "loop/join q/join", "q/join z"]),
    );
  });

  test("after a card that ends the flow nothing follows", () => {
    const l = layOut(trigger, [
      card("q", { kind: "if", if: { cel: "x" }, then: [card("stop", { kind: "stop" })], else: [card("go")] }),
      card("z"),
    ]);
    expect(edges(l)).not.toContain("stop q/join");
    expect(edges(l)).toContain("go q/join");
  });

  test("a stop card with a condition lets others pass", () => {
    const l = layOut(trigger, [card("stop", { kind: "stop", if: { cel: "x" } }), card("z")]);
    expect(edges(l)).toContain("stop z");
  });

  test("the order is that of reading", () =>
    expect(layOut(trigger, nested).order).toEqual(["a", "q", "t1", "loop", "b1", "z"]));
});

test("everyCard finds those in branches and loops", () => {
  expect([...everyCard(nested)].map((c) => c.id)).toEqual(["a", "q", "t1", "loop", "b1", "z"]);
});
