// Where the cards of a flow stand in its picture: from top to bottom, the two
// sides of an if beside each other, the body of a loop in a frame.
import type { components } from "../../../api/schema.gen.ts";

export type Card = components["schemas"]["Card"];
export type Trigger = components["schemas"]["Trigger"];

const cardWidth = 312;
export const headHeight = 54;
export const rowHeight = 26;
export const overlayHeight = 30;
export const maxRows = 6;
const gapY = 30;
const laneGap = 28;
const lanePad = 18;
const laneHead = 30;
const emptyLane = { w: 132, h: 36 };

type Box = { id: string; x: number; y: number; w: number; h: number };
type CardBox = Box & { kind: "card"; card: Card };
type TriggerBox = Box & { kind: "trigger" };
type LaneBox = Box & { kind: "lane"; label: string; empty: boolean };
type JoinBox = Box & { kind: "join" };
export type Placed = CardBox | TriggerBox | LaneBox | JoinBox;
type Edge = { id: string; from: string; to: string };
export type Layout = { boxes: Placed[]; edges: Edge[]; width: number; height: number; order: string[] };

/** What a card shows below its head: a name and a value each. */
function rowsOf(card: Card): number {
  const n =
    (card.inputs?.length ?? 0) +
    (card.if ? 1 : 0) +
    (card.loop?.over ? 1 : 0) +
    (card.loop?.memo ? 1 : 0) +
    (card.loop?.limit ? 1 : 0) +
    (card.reason ? 1 : 0) +
    (card.wait ? 1 : 0) +
    (card.reply ? 2 : 0) +
    (card.gives?.length ?? 0);
  return Math.min(n, maxRows) + (n > maxRows ? 1 : 0);
}

function cardHeight(card: Card, overlay: boolean): number {
  const rows = rowsOf(card);
  return headHeight + (rows ? rows * rowHeight + 10 : 0) + (overlay ? overlayHeight : 0);
}

function triggerHeight(t: Trigger): number {
  const rows = (t.events?.length ?? 0) + (t.where ? 1 : 0) + (t.cron ? 1 : 0) + (t.inputs?.length ?? 0);
  return headHeight + (rows ? Math.min(rows, maxRows + 1) * rowHeight + 10 : 0);
}

/** Lays a flow out. With an overlay every card has room for what happened to it. */
export function layOut(trigger: Trigger, cards: Card[], overlay = false): Layout {
  const width = measure(cards, overlay).w;
  const out: Layout = { boxes: [], edges: [], width: Math.max(width, cardWidth), height: 0, order: [] };
  const center = out.width / 2;
  const h = triggerHeight(trigger);
  out.boxes.push({ kind: "trigger", id: "trigger", x: center - cardWidth / 2, y: 0, w: cardWidth, h });
  const end = place(out, cards, center, h + gapY, ["trigger"], overlay);
  out.height = end.y - gapY;
  return out;
}

type Size = { w: number; h: number };

function measure(cards: Card[], overlay: boolean): Size {
  let w = 0;
  let h = 0;
  for (const c of cards) {
    const s = measureCard(c, overlay);
    w = Math.max(w, s.w);
    h += s.h + gapY;
  }
  return { w, h: Math.max(0, h - gapY) };
}

export type Lane = { label: string; key: string; cards: Card[] };

/** The lists of cards within a card, each with what it is called. */
export function lanesOf(card: Card): Lane[] {
  switch (card.kind) {
    case "if":
      return [
        { label: "then", key: "then", cards: card.then ?? [] },
        { label: "else", key: "else", cards: card.else ?? [] },
      ];
    case "branch":
      return [
        ...(card.cases ?? []).map((k, i) => ({
          label: k.title || `case ${i + 1}`,
          key: `case${i}`,
          cards: k.cards ?? [],
        })),
        { label: "else", key: "else", cards: card.else ?? [] },
      ];
    case "try":
      return [
        { label: "try", key: "then", cards: card.then ?? [] },
        { label: "if it fails", key: "catch", cards: card.catch ?? [] },
      ];
    default:
      if (!card.loop) return [];
      return [{ label: card.loop.as ? `for each ${card.loop.as}` : "each time", key: "each", cards: card.loop.body }];
  }
}

function measureLane(cards: Card[], overlay: boolean): Size {
  if (cards.length === 0) return { w: emptyLane.w, h: emptyLane.h + laneHead };
  const s = measure(cards, overlay);
  return { w: s.w + 2 * lanePad, h: s.h + laneHead + lanePad };
}

function measureCard(card: Card, overlay: boolean): Size {
  const h = cardHeight(card, overlay);
  const lanes = lanesOf(card).map((l) => measureLane(l.cards, overlay));
  if (lanes.length === 0) return { w: cardWidth, h };
  const w = lanes.reduce((sum, l) => sum + l.w, 0) + laneGap * (lanes.length - 1);
  const tallest = Math.max(...lanes.map((l) => l.h));
  return { w: Math.max(cardWidth, w), h: h + gapY + tallest + gapY + 8 };
}

/** Places cards below each other, and returns where it goes on and from which boxes. */
function place(
  out: Layout,
  cards: Card[],
  center: number,
  top: number,
  from: string[],
  overlay: boolean,
): { y: number; from: string[] } {
  let y = top;
  let before = from;
  for (const card of cards) {
    const h = cardHeight(card, overlay);
    out.boxes.push({ kind: "card", id: card.id, x: center - cardWidth / 2, y, w: cardWidth, h, card });
    out.order.push(card.id);
    link(out, before, card.id);
    y += h + gapY;
    before = [card.id];
    const lanes = lanesOf(card);
    if (lanes.length > 0) {
      const after = placeLanes(out, card, lanes, center, y, overlay);
      y = after.y;
      before = after.from;
    } else if (
      card.kind === "respond" ||
      (card.kind === "return" && !card.if) ||
      ((card.kind === "stop" || card.kind === "fail") && !card.if)
    ) {
      before = [];
    }
  }
  return { y, from: before };
}

function placeLanes(
  out: Layout,
  card: Card,
  lanes: ReturnType<typeof lanesOf>,
  center: number,
  top: number,
  overlay: boolean,
): { y: number; from: string[] } {
  const sizes = lanes.map((l) => measureLane(l.cards, overlay));
  const total = sizes.reduce((sum, s) => sum + s.w, 0) + laneGap * (lanes.length - 1);
  const tallest = Math.max(...sizes.map((s) => s.h));
  let x = center - total / 2;
  const ends: string[] = [];
  lanes.forEach((lane, i) => {
    const size = sizes[i] ?? emptyLane;
    const id = `${card.id}/${lane.key}`;
    const empty = lane.cards.length === 0;
    out.boxes.push({ kind: "lane", id, x, y: top, w: size.w, h: empty ? size.h : tallest, label: lane.label, empty });
    const mid = x + size.w / 2;
    if (empty) {
      link(out, [card.id], id);
      ends.push(id);
    } else {
      ends.push(...place(out, lane.cards, mid, top + laneHead, [card.id], overlay).from);
    }
    x += size.w + laneGap;
  });
  const join = `${card.id}/join`;
  const y = top + tallest + gapY;
  if (ends.length === 0) return { y, from: [] };
  out.boxes.push({ kind: "join", id: join, x: center - 4, y: y - gapY / 2 - 4 + 4, w: 8, h: 8 });
  link(out, ends, join);
  return { y: y + gapY - 8, from: [join] };
}

function link(out: Layout, from: string[], to: string) {
  for (const f of from) out.edges.push({ id: `${f}→${to}`, from: f, to });
}

/** Every card, those in branches and loops too. */
export function* everyCard(cards: Card[]): Generator<Card> {
  for (const c of cards) {
    yield c;
    for (const lane of lanesOf(c)) yield* everyCard(lane.cards);
  }
}
