// What stands in the address after the question mark: plain names and texts.

export type SearchTexts = Record<string, string | undefined>;

export function parseSearch(text: string): SearchTexts {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) out.set(name, String(value));
  }
  const s = out.toString();
  return s ? `?${s}` : "";
}

/** Reads some names from an address, and leaves out all others. */
export function only<K extends string>(...names: K[]): (search: Record<string, unknown>) => { [k in K]?: string } {
  return (search) => {
    const out: { [k in K]?: string } = {};
    for (const n of names) {
      const v = search[n];
      if (typeof v === "string" && v !== "") out[n] = v;
    }
    return out;
  };
}

/** A list in one text of the address. */
export function listOf(text: string | undefined): string[] {
  return text ? text.split(",").filter(Boolean) : [];
}
