/** What an app is narrowed to, as it was typed: zones by name, and how much of the rate limits it may take. */
export function narrowed(zones: string, share: string): { zones?: string[]; share?: number } {
  const names = zones
    .split(",")
    .map((z) => z.trim())
    .filter((z) => z !== "");
  const percent = Number.parseInt(share, 10);
  return { ...(names.length > 0 && { zones: names }), ...(Number.isFinite(percent) && { share: percent }) };
}
