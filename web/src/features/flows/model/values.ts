// Values as they are edited: as a text, whatever their kind.

/** A value as a text to edit. */
export function toText(v: unknown): string {
  if (v === undefined || v === null) return "";
  if (typeof v === "string") return v;
  return typeof v === "object" ? JSON.stringify(v, null, 2) : String(v);
}

/** The value that an edited text stands for where a type is wanted; nothing is no value. */
export function fromText(text: string, type: string, before?: unknown): unknown {
  if (text === "") return undefined;
  const trimmed = text.trim();
  if ((type === "number" || typeof before === "number") && /^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if ((type === "boolean" || typeof before === "boolean") && /^(true|false)$/.test(trimmed)) return trimmed === "true";
  if (type !== "text" && /^(\[|\{(?!\{))/.test(trimmed)) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return text;
    }
  }
  return text;
}

/** What is wrong with a text where a type is wanted, as far as it can be said before the flow runs. */
export function textProblem(text: string, type: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.includes("{{")) return undefined;
  if (type === "number" && !/^-?\d+(\.\d+)?$/.test(trimmed)) return "A number is wanted, or a value of another card";
  if ((type === "object" || type === "list") && typeof fromText(text, type) === "string")
    return type === "list" ? 'A list is wanted, such as ["a", "b"]' : 'An object is wanted, such as {"a": 1}';
  return undefined;
}

/** A value in one short line. */
export function brief(v: unknown): string {
  if (v === undefined) return "";
  const text = typeof v === "string" ? v : JSON.stringify(v);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
