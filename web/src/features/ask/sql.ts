import type { Part } from "../rules/yamlParts.ts";

const words = new Set(
  "select from where group by order having limit offset join left right full inner outer cross on using as and or not in is null like glob between exists case when then else end with recursive union all except intersect values distinct asc desc cast collate over partition filter explain query plan".split(
    " ",
  ),
);

/** A line of SQL in parts by what they are, for their looks alone. */
export function sqlParts(line: string): Part[] {
  const out: Part[] = [];
  for (const m of line.matchAll(/--.*$|'(?:[^']|'')*'?|"[^"]*"?|[A-Za-z_]\w*|[^\w'"-]+|./g)) {
    const text = m[0];
    const kind = text.startsWith("--")
      ? "comment"
      : text.startsWith("'")
        ? "string"
        : words.has(text.toLowerCase())
          ? "key"
          : "plain";
    const last = out.at(-1);
    if (last?.kind === kind) last.text += text;
    else out.push({ text, kind });
  }
  return out;
}

/** A value as a cell shows it. */
export function cellText(v: unknown): string {
  if (v === null || v === undefined) return "";
  if (typeof v === "boolean") return v ? "yes" : "no";
  return String(v);
}

/** Puts rows in the order of one of their columns; what is null comes last. */
export function sorted(rows: unknown[][], column: number, down: boolean): unknown[][] {
  const way = down ? -1 : 1;
  return rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => {
      const x = a.row[column];
      const y = b.row[column];
      if (x === null || y === null) return x === y ? a.i - b.i : x === null ? 1 : -1;
      const by =
        typeof x === "number" && typeof y === "number"
          ? x - y
          : cellText(x).localeCompare(cellText(y), undefined, { numeric: true });
      return by === 0 ? a.i - b.i : by * way;
    })
    .map((x) => x.row);
}

/** An answer as CSV. What a spreadsheet would take for a formula gets a quote before it. */
export function csvOf(columns: { name: string }[], rows: unknown[][]): string {
  const cell = (v: unknown) => {
    let text = v === null || v === undefined ? "" : String(v);
    if (typeof v === "string" && /^[ \u00a0]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns.map((c) => cell(c.name)), ...rows.map((r) => r.map(cell))].map((r) => r.join(",")).join("\r\n")}\r\n`;
}

/** What a name is made of: small letters, digits, and dashes between them. */
export function nameOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
}
