// What of ATT&CK alerts can be chosen by.
import type { components } from "../../api/schema.gen.ts";
import type { FacetOption } from "../../kit/Facet.tsx";

type Counts = components["schemas"]["Facets"]["attack"];

const isTechnique = (id: string) => /^T\d/.test(id);

/** Tactics, the most frequent first, then techniques by their ids, each followed by its parts. What is chosen stays. */
export function attackOptions(counts: Counts | undefined, chosen: string[]): FacetOption[] {
  const all = counts ?? [];
  const gone = chosen
    .filter((id) => !all.some((c) => c.value === id))
    .map((id): Counts[number] => ({ value: id, count: 0 }));
  const named = [...all, ...gone].map((c): FacetOption => {
    if (!isTechnique(c.value)) return { value: c.value, label: words(c), count: c.count, group: "Tactics" };
    return { value: c.value, label: c.value, note: c.name, count: c.count, group: "Techniques" };
  });
  const tactics = named.filter((o) => !isTechnique(o.value));
  const techniques = named.filter((o) => isTechnique(o.value)).sort((a, b) => a.value.localeCompare(b.value));
  return [...tactics, ...techniques];
}

function words(c: Counts[number]): string {
  return c.name || c.value.replaceAll("-", " ");
}
