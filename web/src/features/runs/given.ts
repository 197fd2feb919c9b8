// A flow's picture with the data that a run gave its cards.
import type { PictureCard, PictureFlow, PictureRow } from "../flows/picture/card.ts";
import type { Step } from "./overlay.tsx";

const most = 200;

/** A value as it fits on a card. */
function shortened(v: unknown): string {
  const text = typeof v === "string" ? v : JSON.stringify(v);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function fieldOf(data: unknown, name: string): string | undefined {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, name)) return undefined;
  const v = (data as Record<string, unknown>)[name];
  return v === undefined ? undefined : shortened(v);
}

/**
 * The picture with the inputs of the steps that are shown on its cards, and with what the flow itself was given. What
 * the run does not tell stays as it is written.
 */
export function withData(flow: PictureFlow, stepOf: (card: string) => Step | undefined, input: unknown): PictureFlow {
  const row = (r: PictureRow, s: Step): PictureRow => {
    const [place, name] = r.path;
    if ((place !== "with" && place !== "return") || name === undefined || r.path.length !== 2) return r;
    const given = fieldOf(s.input, String(name));
    return given === undefined ? r : { ...r, given };
  };
  const card = (c: PictureCard): PictureCard => {
    const s = stepOf(c.id);
    return {
      ...c,
      rows: s ? c.rows.map((r) => row(r, s)) : c.rows,
      lanes: c.lanes.map((l) => ({ ...l, cards: l.cards.map(card) })),
    };
  };
  const rows = flow.trigger.rows.map((r) => {
    const given = r.input === undefined ? undefined : fieldOf(input, r.input);
    return given === undefined ? r : { ...r, text: given };
  });
  return { trigger: { ...flow.trigger, rows }, cards: flow.cards.map(card) };
}
