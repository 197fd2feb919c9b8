// Where a new card goes, seen from the one that is chosen.
import type { Place } from "../model/edit.ts";
import { around, type CardNode, type FlowTree } from "../model/tree.ts";
import type { Where } from "./Adding.tsx";

/** Behind a card; without one, behind all. */
export function placeAfter(tree: FlowTree, card: CardNode | undefined): Place {
  if (card) return { list: card.path.slice(0, -1), index: (card.path.at(-1) as number) + 1 };
  const last = tree.cards.at(-1);
  return { list: ["cards"], index: last ? (last.path.at(-1) as number) + 1 : 0 };
}

/** The places that may be meant, the likeliest first. */
export function placesFor(tree: FlowTree, card: CardNode | undefined, how: "after" | "before" | "in"): Where[] {
  if (!card)
    return [
      { label: "At the end", place: placeAfter(tree, undefined) },
      { label: "At the beginning", place: { list: ["cards"], index: 0 } },
    ];
  const list = card.path.slice(0, -1);
  const index = card.path.at(-1) as number;
  const after: Where = { label: `After ${card.title}`, place: { list, index: index + 1 } };
  const before: Where = { label: `Before ${card.title}`, place: { list, index } };
  const inside = card.lanes.map((l): Where => {
    const last = l.cards.at(-1);
    return { label: `In ${l.label}`, place: { list: l.path, index: last ? (last.path.at(-1) as number) + 1 : 0 } };
  });
  const outside = around(tree, card)
    .toReversed()
    .map(({ card: c }): Where => ({ label: `After ${c.title}`, place: placeAfter(tree, c) }));
  if (how === "before") return [before, after, ...inside, ...outside];
  if (how === "in") return [...inside, after, before, ...outside];
  return [after, before, ...inside, ...outside];
}

/** Where a card goes by one step up or down: within its list, or out of the lane that ends there. */
export function stepPlace(tree: FlowTree, card: CardNode, by: 1 | -1): Place | undefined {
  const list = card.path.slice(0, -1);
  const index = card.path.at(-1) as number;
  const outer = around(tree, card).at(-1);
  const siblings = outer ? outer.lane.cards : tree.cards;
  if (by === -1 && index > 0) return { list, index: index - 1 };
  if (by === 1 && index < siblings.length - 1) return { list, index: index + 2 };
  if (!outer) return undefined;
  const at = outer.card.path.at(-1) as number;
  return { list: outer.card.path.slice(0, -1), index: by === 1 ? at + 1 : at };
}

/** Into the last lane of the card above. */
export function inwards(tree: FlowTree, card: CardNode): Place | undefined {
  const outer = around(tree, card).at(-1);
  const siblings = outer ? outer.lane.cards : tree.cards;
  const above = siblings[siblings.findIndex((c) => c.id === card.id) - 1];
  const lane = above?.lanes.find((l) => l.cards.length === 0) ?? above?.lanes.at(-1);
  return lane && { list: lane.path, index: lane.cards.length };
}

/** Out of the lane, behind the card that it is of. */
export function outwards(tree: FlowTree, card: CardNode): Place | undefined {
  const outer = around(tree, card).at(-1);
  return outer && placeAfter(tree, outer.card);
}
