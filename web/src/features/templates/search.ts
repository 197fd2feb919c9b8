import type { components } from "../../api/schema.gen.ts";

export type Template = components["schemas"]["Template"];

/** The templates that have all words of a search in them, those with it in the title first. */
export function filterTemplates(all: Template[], f: { q?: string; category?: string }): Template[] {
  const words = (f.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = (t: Template) =>
    `${t.title} ${t.category} ${t.description} ${t.connectors.join(" ")} ${t.events.join(" ")}`.toLowerCase();
  const inTitle = (t: Template) => words.every((w) => t.title.toLowerCase().includes(w));
  return all
    .filter((t) => (!f.category || t.category === f.category) && words.every((w) => text(t).includes(w)))
    .toSorted((a, b) => Number(inTitle(b)) - Number(inTitle(a)));
}

/** Templates under their categories, in the order of the names. */
export function byCategory(list: Template[]): [string, Template[]][] {
  const out = new Map<string, Template[]>();
  for (const t of list) out.set(t.category, [...(out.get(t.category) ?? []), t]);
  return [...out].sort(([a], [b]) => a.localeCompare(b));
}
