// What the Events page looks for, as its address has it.
import type { SearchTexts } from "../../search.ts";

export type EventsSearch = {
  filter?: string;
  q?: string;
  source?: string;
  range?: string;
  since?: string;
  until?: string;
  order?: string;
};

const hour = 3_600_000;

/** How far back one looks. */
export const ranges = [
  { value: "1h", label: "Last hour", ms: hour },
  { value: "24h", label: "Last 24 hours", ms: 24 * hour },
  { value: "7d", label: "Last 7 days", ms: 7 * 24 * hour },
  { value: "30d", label: "Last 30 days", ms: 30 * 24 * hour },
  { value: "90d", label: "Last 90 days", ms: 90 * 24 * hour },
  { value: "all", label: "All that is stored", ms: 0 },
];

export const usualRange = "7d";

/** The query of the API. A range begins on the minute, so that the same search is not read under a new name each moment. */
export function apiQuery(s: EventsSearch, now: Date) {
  const custom = Boolean(s.since || s.until);
  const range = ranges.find((r) => r.value === (s.range ?? usualRange)) ?? ranges[2];
  const from = range?.ms ? new Date(Math.floor((now.getTime() - range.ms) / 60_000) * 60_000).toISOString() : undefined;
  return {
    filter: s.filter || undefined,
    q: s.q || undefined,
    source: s.source || undefined,
    since: custom ? s.since : from,
    until: custom ? s.until : undefined,
  };
}

/** The address of a file of all that is found. */
export function exportAddress(form: "ndjson" | "csv", s: EventsSearch, now: Date): string {
  const out = new URLSearchParams();
  const texts: SearchTexts = { ...apiQuery(s, now), order: s.order };
  for (const [name, value] of Object.entries(texts)) if (value) out.set(name, value);
  return `/api/v1/events/${form}?${out}`;
}

/** A text as the filter language writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A filter that asks for one thing more. */
export function narrowed(filter: string | undefined, clause: string): string {
  const old = filter?.trim();
  if (!old) return clause;
  if (old === clause || old.endsWith(` and ${clause}`)) return old;
  return /\bor\b/i.test(unquoted(old)) ? `(${old}) and ${clause}` : `${old} and ${clause}`;
}

/** The filter without what stands in quotes. */
function unquoted(text: string): string {
  return text.replace(/"(\\.|[^"\\])*"/g, '""');
}

/** The place that an error of the filter names, counted from 0. */
export function errorPlace(message: string): number | undefined {
  const found = /position (\d+)/.exec(message);
  return found ? Number(found[1]) - 1 : undefined;
}
