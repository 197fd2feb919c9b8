import { describe, expect, test } from "vitest";
import { emptyCatalogue } from "../model/catalogue.ts";
import { readSource } from "../model/source.ts";
import { allCards, treeOf } from "../model/tree.ts";
import { type PictureCard, pictureOf } from "./card.ts";
import { type Layout, layOut, type Placed } from "./layout.ts";

/** The cards of a YAML list. */
function cards(yaml: string): PictureCard[] {
  const { source } = readSource(`flow: f\ncards:\n${yaml.replace(/^/gm, "  ")}\n`);
  if (!source) throw new Error("no YAML");
  return pictureOf(treeOf(source), emptyCatalogue).cards;
}
const trigger = { kind: "event", title: "When", rows: [{ text: "user.session.start" }] };

const box = (l: Layout, id: string): Placed => {
  const b = l.boxes.find((x) => x.id === id);
  if (!b) throw new Error(`no box ${id}`);
  return b;
};
const mid = (b: Placed) => b.x + b.w / 2;
const edges = (l: Layout) => l.edges.map((e) => `${e.from} ${e.to}`);

const nested = cards(`- { id: a, use: text.trim }
- id: q
  if: "true"
  then:
    - { id: t1, use: text.trim }
    - { id: loop, each: [], as: user, do: [ { id: b1, use: text.trim } ] }
- { id: z, use: text.trim }`);

describe("layOut", () => {
  test("cards in a row stand below each other, linked one to the next", () => {
    const l = layOut(trigger, cards("- { id: a, use: x.y }\n- { id: b, use: x.y }"));
    expect(box(l, "a").y).toBeGreaterThan(box(l, "trigger").y + box(l, "trigger").h);
    expect(box(l, "b").y).toBeGreaterThan(box(l, "a").y + box(l, "a").h);
    expect([mid(box(l, "a")), mid(box(l, "b"))]).toEqual([mid(box(l, "trigger")), mid(box(l, "trigger"))]);
    expect(edges(l)).toEqual(["trigger a", "a b"]);
  });

  test.each(["look", "run", "edit"] as const)("nothing overlaps but lanes and what is in them: %s", (mode) => {
    const l = layOut(trigger, nested, mode);
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
      ["loop/do", "b1"],
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
    const l = layOut(
      trigger,
      cards(
        "- { id: q, if: x, then: [ { id: stop, stop: x } ], else: [ { id: go, use: x.y } ] }\n- { id: z, stop: x }",
      ),
    );
    expect(edges(l)).not.toContain("stop q/join");
    expect(edges(l)).toContain("go q/join");
  });

  test("a stop card with a condition lets others pass", () => {
    const l = layOut(trigger, cards("- { id: stop, stop: s, if: x }\n- { id: z, use: x.y }"));
    expect(edges(l)).toContain("stop z");
  });

  test("the order is that of reading", () =>
    expect(layOut(trigger, nested).order).toEqual(["a", "q", "t1", "loop", "b1", "z"]));
});

test("a picture that is edited has a place before, between and after the cards of each list", () => {
  const slots = layOut(trigger, nested, "edit").boxes.filter((b) => b.kind === "slot");
  expect(slots.map((s) => `${s.list.join(".")} ${s.index}`).toSorted()).toEqual(
    [
      "cards 0",
      "cards 1",
      "cards 2",
      "cards 3",
      "cards.1.else 0",
      "cards.1.then 0",
      "cards.1.then 1",
      "cards.1.then.1.do 0",
      "cards.1.then.1.do 1",
      "cards.1.then 2",
    ].toSorted(),
  );
  expect(layOut(trigger, [], "edit").boxes.filter((b) => b.kind === "slot").length).toBe(1);
});

test("allCards finds those in branches and loops", () => {
  expect([...allCards(nested)].map((c) => c.id)).toEqual(["a", "q", "t1", "loop", "b1", "z"]);
});

test("a comment says its words in as many lines as they take, without an id", () => {
  const [one, long] = cards(`- comment: short\n- comment: ${"many words ".repeat(20)}`);
  expect([one?.title, one?.use, one?.words, one?.rows]).toEqual(["Comment", "", "short", []]);
  const l = layOut(
    trigger,
    [one, long].filter((c) => c !== undefined),
  );
  expect(box(l, long?.id ?? "").h).toBeGreaterThan(box(l, one?.id ?? "").h + 60);
});

test("an empty lane is as wide as its label", () => {
  const [short, long] = ["users", "somewhat_longer_name"].map((as) => {
    const l = layOut(trigger, cards(`- { id: a, each: [], as: ${as}, do: [] }`), "edit");
    return l.boxes.find((b) => b.kind === "lane");
  });
  expect(long?.w).toBeGreaterThan(short?.w ?? 0);
});
