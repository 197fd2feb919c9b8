/** Where a value comes from: a value as it stands, one reference, or a value with references in it. */
export type Expression = { kind: "literal" | "reference" | "template"; value: unknown; references: Reference[] };

/** The way to a value. */
export type Reference = {
  /** As it is written between the braces. */
  text: string;
  from:
    | "event"
    | "trigger"
    | "input"
    | "request"
    | "row"
    | "before"
    | "options"
    | "run"
    | "context"
    | "steps"
    | "connections"
    | "index"
    | "memo"
    | "error"
    | "card"
    | "item";
  card?: string;
  title?: string;
  path: string[];
};

/** A part of a value: text as it stands, or the way to another value. */
export type Piece = { text: string } | { ref: Reference };

const braces = /\{\{\s*([\s\S]*?)\s*\}\}/g;

/** The parts of an expression, in order. What is no text is written as JSON first. */
export function pieces(e: Expression): Piece[] {
  const text = typeof e.value === "string" ? e.value : (JSON.stringify(e.value) ?? "");
  if (e.references.length === 0) return text === "" ? [] : [{ text }];
  const out: Piece[] = [];
  let end = 0;
  for (const m of text.matchAll(braces)) {
    const ref = e.references.find((r) => r.text === m[1]?.replace(/\\"/g, '"'));
    if (!ref) continue;
    if (m.index > end) out.push({ text: text.slice(end, m.index) });
    out.push({ ref });
    end = m.index + m[0].length;
  }
  if (end < text.length) out.push({ text: text.slice(end) });
  return out;
}

const sources: Record<Reference["from"], string> = {
  event: "Event",
  trigger: "Event",
  input: "Input",
  request: "Request",
  row: "Row",
  before: "Row before",
  options: "Option",
  run: "Run",
  steps: "Step",
  connections: "Connection",
  context: "Context",
  index: "Round",
  memo: "So far",
  error: "Error",
  card: "Card",
  item: "Item",
};

/** Where a value comes from, in two words: the thing, and what of it. */
export function origin(r: Reference): { of: string; what: string } {
  if (r.from === "card") return { of: r.title || r.card || "card", what: r.path.join(".") };
  if (r.from === "item") return { of: r.text.split(/[.[]/)[0] ?? r.text, what: r.path.join(".") };
  return { of: sources[r.from], what: r.path.join(".") };
}

/** The card that a reference leads to, "trigger" for what started the flow. */
export function sourceCard(r: Reference): string | undefined {
  if (r.from === "card") return r.card;
  if (r.from === "steps") return r.path[0];
  if (["event", "trigger", "input", "request", "row", "before"].includes(r.from)) return "trigger";
  return undefined;
}
