// How long events are kept: what somebody typed, and what it would take away.
import type { components } from "../../api/schema.gen.ts";

type Retention = components["schemas"]["EventRetention"];

/** A bound as it is typed: a whole number, or nothing for none. */
export type Bounds = { days: string; gigabytes: string };

const thousand = 1024;

/** The bounds that hold, as one would type them. */
export function typedOf(r: Retention): Bounds {
  return { days: r.days ? String(r.days) : "", gigabytes: r.megabytes ? String(round(r.megabytes / thousand)) : "" };
}

/** What is wrong with a number of days. */
export function daysProblem(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) return "A whole number of days, 1 or more. Empty for no bound.";
  return n > 36_500 ? "At most 36500 days." : undefined;
}

/** What is wrong with a size in gigabytes. */
export function sizeProblem(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const n = Number(text.replace(",", "."));
  if (!(n >= 0.1)) return "A number of gigabytes, 0.1 or more. Empty for no bound.";
  return n > 97_656 ? "At most 97656 gigabytes." : undefined;
}

/** What is sent to the API. */
export function bodyOf(b: Bounds): { days: number; megabytes: number } {
  return {
    days: Number(b.days.trim() || 0),
    megabytes: Math.round(Number(b.gigabytes.trim().replace(",", ".") || 0) * thousand),
  };
}

/** A size in words. */
export function sized(megabytes: number): string {
  if (megabytes < 1) return "less than 1 MB";
  if (megabytes < thousand) return `about ${megabytes} MB`;
  return `about ${round(megabytes / thousand)} GB`;
}

function round(n: number): number {
  return n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
}
