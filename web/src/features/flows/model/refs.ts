// References as they are written: {{ card.output }}, {{ a["Some name"] | filter "x" }}.

type Filter = { name: string; args: string[] };

type Segment = { name: string; start: number; end: number };

/** A reference in a text: from start to end, braces included. */
export type FoundRef = {
  start: number;
  end: number;
  /** What stands between the braces. */
  text: string;
  path: string[];
  filters: Filter[];
  segments: Segment[];
};

const quoted = String.raw`\[\s*("(?:[^"\\]|\\.)*")\s*\]`;
const first = new RegExp(String.raw`^\s*(?:([\p{L}\p{N}_-]+)|${quoted})`, "u");
const further = new RegExp(String.raw`^\s*(?:\.\s*([\p{L}\p{N}_-]+)|${quoted})`, "u");
const filterForm = /^\s*\|\s*([a-z_]+)((?:\s+(?:"(?:[^"\\]|\\.)*"|-?[\d.]+))*)/;

/** The references of a text, in order. What is no reference is passed over. */
export function refsIn(text: string): FoundRef[] {
  const out: FoundRef[] = [];
  for (let at = text.indexOf("{{"); at >= 0; at = text.indexOf("{{", at)) {
    const end = text.indexOf("}}", at);
    if (end < 0) break;
    const found = readRef(text, at + 2, end);
    if (found) out.push({ start: at, end: end + 2, text: text.slice(at + 2, end).trim(), ...found });
    at = end + 2;
  }
  return out;
}

function readRef(text: string, from: number, to: number): Pick<FoundRef, "path" | "filters" | "segments"> | undefined {
  const segments: Segment[] = [];
  let at = from;
  for (;;) {
    const m = (segments.length === 0 ? first : further).exec(text.slice(at, to));
    if (!m) break;
    const name = m[1] ?? unquote(m[2] ?? "");
    const written = (m[1] ?? m[2] ?? "").length;
    const close = m[2] ? m[0].length - m[0].lastIndexOf(m[2]) - written : 0;
    const start = at + m[0].length - written - close;
    segments.push({ name, start, end: start + written });
    at += m[0].length;
  }
  if (segments.length === 0) return undefined;
  const filters: Filter[] = [];
  for (;;) {
    const m = filterForm.exec(text.slice(at, to));
    if (!m) break;
    const args = [...(m[2] ?? "").matchAll(/"(?:[^"\\]|\\.)*"|-?[\d.]+/g)].map((a) =>
      a[0].startsWith('"') ? unquote(a[0]) : a[0],
    );
    filters.push({ name: m[1] ?? "", args });
    at += m[0].length;
  }
  return text.slice(at, to).trim() === "" ? { path: segments.map((s) => s.name), filters, segments } : undefined;
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

/** The reference that is being written at a place of a text: where its braces stand, and what follows them so far. */
export function openRef(text: string, caret: number): { start: number; query: string } | undefined {
  const start = text.lastIndexOf("{{", caret - 2);
  if (start < 0) return undefined;
  const query = text.slice(start + 2, caret);
  return /[{}\n]/.test(query) ? undefined : { start, query: query.trimStart() };
}

/** A path as it is written between the braces. */
export function refText(path: string[]): string {
  return path.map((p, i) => (/^[\p{L}\p{N}_-]+$/u.test(p) ? (i > 0 ? `.${p}` : p) : `[${JSON.stringify(p)}]`)).join("");
}

/** A path as a reference in a text. */
export function braced(path: string[]): string {
  return `{{ ${refText(path)} }}`;
}

/** A path as it is written in a condition: CEL knows no names with other characters. */
export function celText(path: string[]): string {
  return path
    .map((p, i) =>
      /^[A-Za-z_]\w*$/.test(p) ? (i > 0 ? `.${p}` : p) : /^\d+$/.test(p) ? `[${p}]` : `[${JSON.stringify(p)}]`,
    )
    .join("");
}

/** A text whose references to one card lead to another id. */
export function renameInText(text: string, from: string, to: string): string {
  let out = text;
  for (const r of refsIn(text).toReversed()) {
    const [first, second] = r.segments;
    const hit = first?.name === from ? first : first?.name === "steps" && second?.name === from ? second : undefined;
    if (hit) out = out.slice(0, hit.start) + to + out.slice(hit.end);
  }
  return out;
}

const celToken = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d[\w.]*|\s+|./gs;

/** A condition whose references to one card lead to another id. */
export function renameInCel(text: string, from: string, to: string): string {
  let out = "";
  let before = ""; // the tokens before, without blanks
  let two = "";
  for (const [token] of text.matchAll(celToken)) {
    const free = before !== "." || two === "steps";
    out += token === from && free ? to : token;
    if (token.trim() === "") continue;
    if (token !== ".") two = before === "." && two !== "" ? "" : token;
    before = token;
  }
  return out;
}
