// What keys do in a text of YAML, beside typing.

export type Edit = {
  /** What of the text is replaced, and by what. */
  from: number;
  to: number;
  text: string;
  /** What is selected then. */
  start: number;
  end: number;
};

const step = "  ";

/** A new line begins as far in as the one before, and deeper after a key that has its value below. */
export function newLine(value: string, start: number, end: number): Edit {
  const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
  const space = /^ */.exec(line)?.[0] ?? "";
  const deeper = /^\s*(- )?[^#'"\s][^#]*:\s*(#.*)?$/.test(line);
  const item = !deeper && /^\s*- \S/.test(line) ? "- " : "";
  const text = `\n${space}${deeper ? step : item}`;
  return { from: start, to: end, text, start: start + text.length, end: start + text.length };
}

/** Moves the lines of a selection in, or out; without one, the cursor to the next stop. */
export function indent(value: string, start: number, end: number, out: boolean): Edit | undefined {
  if (start === end && !out) {
    const column = start - (value.lastIndexOf("\n", start - 1) + 1);
    const text = " ".repeat(step.length - (column % step.length));
    return { from: start, to: end, text, start: start + text.length, end: start + text.length };
  }
  const from = value.lastIndexOf("\n", start - 1) + 1;
  // A selection up to the beginning of a line does not mean that line.
  const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
  const next = value.indexOf("\n", last);
  const to = next < 0 ? value.length : next;
  const lines = value.slice(from, to).split("\n");
  const moved = lines.map((l) => (out ? l.replace(/^ {1,2}/, "") : l && step + l));
  const text = moved.join("\n");
  if (text === lines.join("\n")) return undefined;
  const first = (moved[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  const all = text.length - (to - from);
  return { from, to, text, start: Math.max(from, start + first), end: Math.max(from, end + all) };
}

/** Where a line begins and ends, counted from 1. */
export function lineAt(value: string, line: number): { start: number; end: number } {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const next = value.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = value.indexOf("\n", start);
  return { start, end: end < 0 ? value.length : end };
}
