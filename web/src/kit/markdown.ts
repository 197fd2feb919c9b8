// A little Markdown: headings, paragraphs, lists, tables, code, emphasis, links. What it
// does not know stays text; no HTML is ever made of it.

export type Inline =
  | { kind: "text" | "strong" | "em" | "code"; text: string }
  | { kind: "link"; text: string; href: string };
export type Block =
  | { kind: "heading"; level: number; text: Inline[] }
  | { kind: "paragraph"; text: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Cell[]; rows: Cell[][] }
  | { kind: "code"; text: string };
export type Cell = { text: Inline[]; right?: boolean };

const item = /^(\s*)([-*]|\d+[.)])\s+(.*)$/;

export function parseMarkdown(text: string): Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const out: Block[] = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? "";
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === "") i++;
    else if (line.startsWith("```")) i = code(lines, i, out);
    else if (heading) {
      out.push({ kind: "heading", level: heading[1]?.length ?? 1, text: inline(heading[2] ?? "") });
      i++;
    } else if (item.test(line)) i = list(lines, i, out);
    else if (tableAt(lines, i)) i = table(lines, i, out);
    else i = paragraph(lines, i, out);
  }
  return out;
}

function code(lines: string[], from: number, out: Block[]): number {
  let i = from + 1;
  const body: string[] = [];
  while (i < lines.length && !lines[i]?.startsWith("```")) body.push(lines[i++] ?? "");
  out.push({ kind: "code", text: body.join("\n") });
  return i + 1;
}

function list(lines: string[], from: number, out: Block[]): number {
  let i = from;
  const items: string[] = [];
  const ordered = /^\s*\d/.test(lines[from] ?? "");
  for (; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const m = item.exec(line);
    if (m) items.push(m[3] ?? "");
    else if (line.trim() !== "" && /^\s/.test(line)) items[items.length - 1] += ` ${line.trim()}`;
    else break;
  }
  out.push({ kind: "list", ordered, items: items.map(inline) });
  return i;
}

/** Whether a table begins at a line: a line with bars, and below it one that says how its columns stand. */
function tableAt(lines: string[], i: number): boolean {
  const rule = lines[i + 1] ?? "";
  if (!lines[i]?.includes("|") || !/^\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*$/.test(rule)) return false;
  return rule.includes("-") && cellsOf(lines[i] ?? "").length === cellsOf(rule).length;
}

function table(lines: string[], from: number, out: Block[]): number {
  const right = cellsOf(lines[from + 1] ?? "").map((r) => /[^:]:$/.test(r));
  const row = (line: string): Cell[] => {
    const cells = cellsOf(line);
    return right.map((r, n) => ({ text: inline(cells[n] ?? ""), ...(r && { right: true }) }));
  };
  const rows: Cell[][] = [];
  let i = from + 2;
  while (i < lines.length && (lines[i] ?? "").includes("|")) rows.push(row(lines[i++] ?? ""));
  out.push({ kind: "table", head: row(lines[from] ?? ""), rows });
  return i;
}

/** The cells of a line; a bar after a backslash is part of one. */
function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((c) => c.replaceAll("\\|", "|").trim());
}

function paragraph(lines: string[], from: number, out: Block[]): number {
  let i = from;
  const body: string[] = [];
  while (i < lines.length) {
    const line = lines[i] ?? "";
    if (line.trim() === "" || (i > from && beginsOther(lines, i))) break;
    body.push(line.trim());
    i++;
  }
  out.push({ kind: "paragraph", text: inline(body.join(" ")) });
  return i;
}

function beginsOther(lines: string[], i: number): boolean {
  const line = lines[i] ?? "";
  return /^#{1,6}\s/.test(line) || line.startsWith("```") || item.test(line) || tableAt(lines, i);
}

const marks = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

function inline(text: string): Inline[] {
  const out: Inline[] = [];
  let end = 0;
  for (const m of text.matchAll(marks)) {
    if (m.index > end) out.push({ kind: "text", text: text.slice(end, m.index) });
    end = m.index + m[0].length;
    if (m[1]) out.push({ kind: "code", text: m[1] });
    else if (m[2]) out.push({ kind: "strong", text: m[2] });
    else if (m[3]) out.push({ kind: "em", text: m[3] });
    else if (m[4] && m[5] && /^https?:\/\//.test(m[5])) out.push({ kind: "link", text: m[4], href: m[5] });
    else out.push({ kind: "text", text: m[4] ?? m[0] });
  }
  if (end < text.length) out.push({ kind: "text", text: text.slice(end) });
  return out;
}
