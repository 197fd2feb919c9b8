// Values as people enter them in forms.

export type ValueSpec = {
  name: string;
  title: string;
  help?: string;
  type: "any" | "text" | "number" | "boolean" | "date" | "object" | "list";
  required: boolean;
  default?: unknown;
  choices?: unknown[];
  long?: boolean;
};

/** A value as a text to edit. */
export function shown(value: unknown, type: ValueSpec["type"]): string {
  if (value === undefined || value === null) return "";
  if (type === "date" && typeof value === "string") return localInput(value);
  if (type === "list" && Array.isArray(value) && value.every((v) => typeof v === "string")) return value.join("\n");
  if (typeof value === "string") return value;
  return JSON.stringify(value, null, 2);
}

/** What is wrong with an edited text, or the value that it stands for; undefined for none. */
export function entered(text: string, type: ValueSpec["type"]): { value?: unknown; problem?: string } {
  if (text.trim() === "") return {};
  switch (type) {
    case "number": {
      const n = Number(text);
      return Number.isFinite(n) ? { value: n } : { problem: "A number is wanted, such as 12 or 0.5." };
    }
    case "date": {
      const at = new Date(text);
      return Number.isNaN(at.getTime()) ? { problem: "A date and time is wanted." } : { value: at.toISOString() };
    }
    case "list":
      return listEntered(text);
    case "object":
      return json(
        text,
        (v) => typeof v === "object" && v !== null && !Array.isArray(v),
        'A JSON object is wanted, such as {"a": 1}.',
      );
    default:
      return { value: text };
  }
}

function listEntered(text: string): { value?: unknown; problem?: string } {
  if (text.trimStart().startsWith("[")) return json(text, Array.isArray, 'A JSON list is wanted, such as ["a", "b"].');
  return {
    value: text
      .split("\n")
      .map((l) => l.trim())
      .filter(Boolean),
  };
}

function json(text: string, fits: (v: unknown) => boolean, problem: string): { value?: unknown; problem?: string } {
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? { value } : { problem };
  } catch {
    return { problem };
  }
}

/** The form that an input of date and time wants, in the viewer's zone. */
function localInput(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** What is missing or wrong in a form, by name. */
export function problems(specs: ValueSpec[], texts: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const s of specs) {
    const text = texts[s.name] ?? "";
    const { problem } = entered(text, s.type);
    if (problem) out[s.name] = problem;
  }
  return out;
}

/** The names of required values that are empty. */
export function missing(specs: ValueSpec[], texts: Record<string, string>): string[] {
  return specs
    .filter((s) => s.required && s.type !== "boolean" && (texts[s.name] ?? "").trim() === "")
    .map((s) => s.name);
}

/** The texts that a form begins with. */
export function initial(specs: ValueSpec[], values: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(specs.map((s) => [s.name, shown(values[s.name] ?? s.default, s.type)]));
}

/** The values of a form whose texts have no problems. */
export function valuesOf(specs: ValueSpec[], texts: Record<string, string>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const s of specs) {
    const text = texts[s.name] ?? "";
    if (s.type === "boolean") {
      if (text !== "") out[s.name] = text === "true";
      continue;
    }
    const { value } = entered(text, s.type);
    if (value !== undefined) out[s.name] = value;
  }
  return out;
}
