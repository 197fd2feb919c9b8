// What a check found, as the editor shows it.
import type { components } from "../../../api/schema.gen.ts";

export type Check = components["schemas"]["RuleCheck"];
export type Part = "rules" | "cases";
export type Mark = { message: string; warning: boolean };

/** What is wrong at which line of a part; cases that do not hold are wrong, too. */
export function marksOf(check: Check | undefined, part: Part): Map<number, Mark> {
  const out = new Map<number, Mark>();
  const add = (line: number, message: string, warning: boolean) => {
    if (line < 1) return;
    const there = out.get(line);
    out.set(line, {
      message: there ? `${there.message}\n${message}` : message,
      warning: warning && (there?.warning ?? true),
    });
  };
  for (const p of check?.problems ?? []) if (p.in === part) add(p.line, p.message, p.warning);
  if (part === "cases")
    for (const c of check?.cases ?? []) if (!c.ok) add(c.line, [`${c.name}:`, ...c.why].join("\n"), false);
  return out;
}

export type Counts = { errors: number; warnings: number; failing: number; holding: number };

export function countsOf(check: Check): Counts {
  return {
    errors: check.problems.filter((p) => !p.warning).length,
    warnings: check.problems.filter((p) => p.warning).length,
    failing: check.cases.filter((c) => !c.ok).length,
    holding: check.cases.filter((c) => c.ok).length,
  };
}

/** Why it cannot be published yet; nothing where it can. */
export function blockers(c: Counts): string {
  const out: string[] = [];
  if (c.errors > 0) out.push(c.errors === 1 ? "One problem is in the way." : `${c.errors} problems are in the way.`);
  if (c.failing > 0) out.push(c.failing === 1 ? "One case does not hold." : `${c.failing} cases do not hold.`);
  return out.join(" ");
}

/** The ids of rules that a text says it is derived from. */
export function originsOf(text: string): string[] {
  return [...text.matchAll(/\bid:\s*['"]?([\w.-]+)['"]?\s*,?\s*type:\s*derived\b/g)].flatMap((m) => m[1] ?? []);
}

/** Events that were pasted: one, a list of them, or one per line, as exports have them. */
export function eventsOf(text: string): { events: Record<string, unknown>[] } | { error: string } {
  const objects = (v: unknown): v is Record<string, unknown>[] =>
    Array.isArray(v) && v.length > 0 && v.every((e) => typeof e === "object" && e !== null && !Array.isArray(e));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (e) {
    try {
      const lines = text.split("\n").filter((l) => l.trim());
      const list = lines.length > 1 ? lines.map((l) => JSON.parse(l) as unknown) : [];
      if (objects(list)) return { events: list };
    } catch {
      // What is told is what is wrong with the whole.
    }
    return { error: e instanceof Error ? e.message : "It is no JSON." };
  }
  const list = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  return objects(list)
    ? { events: list }
    : { error: "An event is an object in braces, or a list of them in brackets." };
}
