// Where the cards of a flow stand in its picture: from top to bottom, the lanes of
// a card beside each other.
import type { Path } from "../model/source.ts";
import type { PictureCard, PictureLane, PictureTrigger } from "./card.ts";

export const cardWidth = 312;
export const headHeight = 54;
export const rowHeight = 26;
export const overlayHeight = 30;
export const givesHeight = 30;
export const maxRows = 6;
export const wordHeight = 20;
export const maxWords = 8;
const wordsInLine = 42;
const laneGap = 28;
const lanePad = 18;
const laneHead = 30;
const emptyLane = { w: 150, h: 36 };
const letter = 6.4;
const slotSize = 24;

/** How a picture is shown: with what happened in a run, or with places to put cards. */
export type Mode = "look" | "run" | "edit";

type Box = { id: string; x: number; y: number; w: number; h: number };
type CardBox = Box & { kind: "card"; card: PictureCard };
type TriggerBox = Box & { kind: "trigger" };
type LaneBox = Box & { kind: "lane"; label: string; empty: boolean };
type JoinBox = Box & { kind: "join" };
/** A place where a card can be put: before the card of that number in a list. */
export type SlotBox = Box & { kind: "slot"; list: Path; index: number; lane?: string };
export type Placed = CardBox | TriggerBox | LaneBox | JoinBox | SlotBox;
type Edge = { id: string; from: string; to: string };
export type Layout = { boxes: Placed[]; edges: Edge[]; width: number; height: number; order: string[] };

/** What a card shows below its head: a name and a value each. */
function cardHeight(card: PictureCard, mode: Mode): number {
  const n = card.rows.length;
  const rows = Math.min(n, maxRows) + (n > maxRows ? 1 : 0);
  const below = mode === "run" ? overlayHeight : mode === "edit" && card.gives.length > 0 ? givesHeight : 0;
  return headHeight + (rows ? rows * rowHeight + 10 : 0) + wordsHeight(card.words) + below;
}

/** Words for the reader take several lines, up to a number of them. */
function wordsHeight(words: string | undefined): number {
  if (!words) return 0;
  const lines = words.split("\n").reduce((n, l) => n + Math.max(1, Math.ceil(l.length / wordsInLine)), 0);
  return Math.min(lines, maxWords) * wordHeight + 17;
}

function triggerHeight(t: PictureTrigger): number {
  const rows = t.rows.length;
  return headHeight + (rows ? Math.min(rows, maxRows + 1) * rowHeight + 10 : 0);
}

const gapOf = (mode: Mode) => (mode === "edit" ? 48 : 30);

/** Lays a flow out. */
export function layOut(trigger: PictureTrigger, cards: PictureCard[], mode: Mode = "look"): Layout {
  const p = new Placer(mode);
  return p.flow(trigger, cards);
}

type Size = { w: number; h: number };
type End = { y: number; from: string[] };

class Placer {
  private readonly out: Layout = { boxes: [], edges: [], width: 0, height: 0, order: [] };
  private readonly gap: number;
  constructor(private readonly mode: Mode) {
    this.gap = gapOf(mode);
  }

  flow(trigger: PictureTrigger, cards: PictureCard[]): Layout {
    this.out.width = Math.max(this.measure(cards).w, cardWidth);
    const center = this.out.width / 2;
    const h = triggerHeight(trigger);
    this.out.boxes.push({ kind: "trigger", id: "trigger", x: center - cardWidth / 2, y: 0, w: cardWidth, h });
    const end = this.place(cards, ["cards"], center, h + this.gap, ["trigger"]);
    if (this.mode === "edit")
      this.slot(["cards"], ((cards.at(-1)?.path.at(-1) as number | undefined) ?? -1) + 1, center, end.y);
    this.out.height = end.y - this.gap + (this.mode === "edit" ? this.gap : 0);
    return this.out;
  }

  private measure(cards: PictureCard[]): Size {
    let w = 0;
    let h = 0;
    for (const c of cards) {
      const s = this.measureCard(c);
      w = Math.max(w, s.w);
      h += s.h + this.gap;
    }
    return { w, h: Math.max(0, h - this.gap) };
  }

  private measureLane({ cards, label }: PictureLane): Size {
    if (cards.length === 0) {
      const words = `${label}: nothing yet`.length * letter + 2 * lanePad;
      return { w: Math.max(emptyLane.w, Math.min(cardWidth, words)), h: emptyLane.h + laneHead };
    }
    const s = this.measure(cards);
    const after = this.mode === "edit" ? this.gap - lanePad + slotSize / 2 : 0;
    return { w: s.w + 2 * lanePad, h: s.h + this.laneHead() + lanePad + after };
  }

  /** In a lane there is a place before its first card too. */
  private laneHead(): number {
    return laneHead + (this.mode === "edit" ? slotSize : 0);
  }

  private measureCard(card: PictureCard): Size {
    const h = cardHeight(card, this.mode);
    const lanes = card.lanes.map((l) => this.measureLane(l));
    if (lanes.length === 0) return { w: cardWidth, h };
    const w = lanes.reduce((sum, l) => sum + l.w, 0) + laneGap * (lanes.length - 1);
    const tallest = Math.max(...lanes.map((l) => l.h));
    return { w: Math.max(cardWidth, w), h: h + this.gap + tallest + this.gap + 8 };
  }

  /** Places cards below each other, and returns where it goes on and from which boxes. */
  private place(cards: PictureCard[], list: Path, center: number, top: number, from: string[]): End {
    let y = top;
    let before = from;
    for (const card of cards) {
      const h = cardHeight(card, this.mode);
      if (this.mode === "edit") this.slot(list, card.path.at(-1) as number, center, y);
      this.out.boxes.push({ kind: "card", id: card.id, x: center - cardWidth / 2, y, w: cardWidth, h, card });
      this.out.order.push(card.id);
      this.link(before, card.id);
      y += h + this.gap;
      before = [card.id];
      if (card.lanes.length > 0) {
        const after = this.placeLanes(card, center, y);
        y = after.y;
        before = after.from;
      } else if (card.ends) before = [];
    }
    return { y, from: before };
  }

  /** A place to put a card, in the middle of the gap above a height. */
  private slot(list: Path, index: number, center: number, y: number) {
    const at = y - this.gap / 2 - slotSize / 2;
    const id = `${list.join("/")}+${index}`;
    this.out.boxes.push({ kind: "slot", id, x: center - slotSize / 2, y: at, w: slotSize, h: slotSize, list, index });
  }

  private placeLanes(card: PictureCard, center: number, top: number): End {
    const sizes = card.lanes.map((l) => this.measureLane(l));
    const total = sizes.reduce((sum, s) => sum + s.w, 0) + laneGap * (card.lanes.length - 1);
    const tallest = Math.max(...sizes.map((s) => s.h));
    let x = center - total / 2;
    const ends: string[] = [];
    card.lanes.forEach((lane, i) => {
      const size = sizes[i] ?? emptyLane;
      ends.push(...this.placeLane(card, lane, { x, y: top, w: size.w, h: tallest, own: size.h }));
      x += size.w + laneGap;
    });
    const join = `${card.id}/join`;
    const y = top + tallest + this.gap;
    if (ends.length === 0) return { y, from: [] };
    this.out.boxes.push({ kind: "join", id: join, x: center - 4, y: top + tallest + 15, w: 8, h: 8 });
    this.link(ends, join);
    return { y: y + this.gap - 8, from: [join] };
  }

  private placeLane(card: PictureCard, lane: PictureLane, at: Box0): string[] {
    const id = `${card.id}/${lane.key}`;
    const empty = lane.cards.length === 0;
    const mid = at.x + at.w / 2;
    this.out.boxes.push({
      kind: "lane",
      id,
      x: at.x,
      y: at.y,
      w: at.w,
      h: empty ? at.own : at.h,
      label: lane.label,
      empty,
    });
    if (empty) {
      this.link([card.id], id);
      if (this.mode === "edit") {
        const box = { x: mid - slotSize / 2, y: at.y + at.own - slotSize - 10, w: slotSize, h: slotSize };
        this.out.boxes.push({ kind: "slot", id: `${id}+0`, ...box, list: lane.path, index: 0, lane: lane.label });
      }
      return [id];
    }
    const end = this.place(lane.cards, lane.path, mid, at.y + this.laneHead(), [card.id]);
    if (this.mode === "edit") this.slot(lane.path, (lane.cards.at(-1)?.path.at(-1) as number) + 1, mid, end.y);
    return end.from;
  }

  private link(from: string[], to: string) {
    for (const f of from) this.out.edges.push({ id: `${f}→${to}`, from: f, to });
  }
}

type Box0 = { x: number; y: number; w: number; h: number; own: number };
