export type Part = { text: string; kind: "key" | "comment" | "string" | "plain" };

const shape = /^(\s*(?:- )*)([A-Za-z_][\w.|:-]*?|'[^']*'|"[^"]*")(:)(?=\s|$)(.*)$/;

/** A line of YAML in parts by what they are, for their looks alone. */
export function yamlParts(line: string): Part[] {
  const out: Part[] = [];
  const add = (text: string | undefined, kind: Part["kind"]) => {
    if (text) out.push({ text, kind });
  };
  const value = (text: string) => {
    const comment = /(^|\s)#.*$/.exec(text);
    const body = comment && !/["']/.test(text.slice(0, comment.index)) ? text.slice(0, comment.index) : text;
    add(body, /^\s*["'].*["']\s*$/.test(body) ? "string" : "plain");
    add(text.slice(body.length), "comment");
  };
  const m = shape.exec(line);
  if (!m) {
    value(line);
    return out;
  }
  add(m[1], "plain");
  add(`${m[2]}${m[3]}`, "key");
  value(m[4] ?? "");
  return out;
}
