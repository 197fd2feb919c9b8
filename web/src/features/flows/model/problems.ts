// What is wrong with a flow, by the card that it is about.
import { fieldWords, problemWords } from "./problemWords.ts";
import type { Path } from "./source.ts";
import { allCards, type CardNode, type FlowTree } from "./tree.ts";

export type Problem = { line?: number; column?: number; path?: string; message: string };

export type Placed = Problem & {
  /** The id of a card, "trigger", or "" for the flow itself. */
  card: string;
  /** What of the card: "with.user", "if"; empty for the whole. */
  field: string;
  /** The card's title and the field, to be read. */
  place: string;
};

/** A path as the server writes it: cards[2].then[0]. */
function pathText(path: Path): string {
  return path.map((p, i) => (typeof p === "number" ? `[${p}]` : i > 0 ? `.${p}` : p)).join("");
}

/** Problems with the cards that they are about, in the words of the picture. */
export function placed(problems: Problem[], tree: FlowTree): Placed[] {
  const cards = [...allCards(tree.cards)].map((card) => ({ card, at: pathText(card.path) }));
  return problems.map((p) => {
    const path = p.path ?? "";
    const put = (card: string, field: string, title: string): Placed => ({
      ...p,
      message: problemWords(path, p.message),
      card,
      field,
      place: [title, fieldWords(field)].filter(Boolean).join(": "),
    });
    if (/^trigger\b/.test(path)) return put("trigger", path.slice("trigger.".length), "Trigger");
    const hit = cards
      .filter((c) => path === c.at || path.startsWith(`${c.at}.`) || path.startsWith(`${c.at}[`))
      .toSorted((a, b) => b.at.length - a.at.length)[0];
    if (hit) return put(hit.card.id, path.slice(hit.at.length + 1), hit.card.title);
    const near = path
      ? undefined
      : byLine(
          cards.map((c) => c.card),
          p.line,
        );
    return near ? put(near.id, path, near.title) : put("", path, path === "cards" ? "" : "The flow");
  });
}

function byLine(cards: CardNode[], line: number | undefined): CardNode | undefined {
  if (!line) return undefined;
  return cards.filter((c) => c.line > 0 && c.line <= line).toSorted((a, b) => b.line - a.line)[0];
}
