import type { Input } from "../../api/client.ts";
import type { components } from "../../api/schema.gen.ts";

type Rules = components["schemas"]["SignInPolicy"];
export type TypedRules = { idle: string; absolute: string; tokens: string; secondFactor: boolean };

const minute = 60;
const hour = 3600;
const day = 86_400;

/** Rules as they are typed: minutes, hours and days. Nothing is the server's own. */
export function typedRules(r: Rules): TypedRules {
  const of = (seconds: number, unit: number) => (seconds === 0 ? "" : String(Math.round((seconds / unit) * 100) / 100));
  return {
    idle: of(r.idle, minute),
    absolute: of(r.absolute, hour),
    tokens: of(r.tokenLife, day),
    secondFactor: r.secondFactor,
  };
}

export function rulesBody(t: TypedRules): Input<"put", "/api/v1/signin-policy">["body"] {
  const of = (text: string, unit: number) => Math.round(Number(text.trim().replace(",", ".") || 0) * unit);
  return {
    idle: of(t.idle, minute),
    absolute: of(t.absolute, hour),
    tokenLife: of(t.tokens, day),
    secondFactor: t.secondFactor,
  };
}

/** What is wrong with a length of time; most is in seconds, and 0 for none. */
export function spanProblem(text: string, unit: number, most: number, what: string): string | undefined {
  if (text.trim() === "") return undefined;
  const n = Number(text.trim().replace(",", "."));
  if (!Number.isFinite(n) || n <= 0) return `A number of ${what}, or nothing.`;
  if (most > 0 && n * unit > most) return `At most ${Math.floor((most / unit) * 100) / 100} ${what}: the server's.`;
  return undefined;
}
