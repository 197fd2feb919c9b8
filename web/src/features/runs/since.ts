/** The spans that lists are narrowed to. */
export const spans = [
  { value: "1h", label: "Last hour", ms: 3_600_000 },
  { value: "24h", label: "Last 24 hours", ms: 86_400_000 },
  { value: "7d", label: "Last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", label: "Last 30 days", ms: 30 * 86_400_000 },
];

/**
 * The time that a span begins with, on the minute so that the same list is not
 * read under a new name each moment.
 */
export function sinceOf(span: string | undefined, now: Date): string | undefined {
  const found = spans.find((s) => s.value === span);
  if (!found) return undefined;
  const minute = 60_000;
  return new Date(Math.floor((now.getTime() - found.ms) / minute) * minute).toISOString();
}
