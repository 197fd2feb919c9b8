// What posture is made of, in words.
import type { components } from "../../api/schema.gen.ts";

export type Posture = components["schemas"]["Posture"];
export type CheckResult = components["schemas"]["CheckResult"];
export type CheckDetail = components["schemas"]["CheckDetail"];
export type CheckFix = components["schemas"]["CheckFix"];
export type CheckException = components["schemas"]["CheckException"];
export type PostureFinding = components["schemas"]["PostureFinding"];
export type PostureObject = components["schemas"]["PostureObject"];
export type Verdict = components["schemas"]["PostureVerdict"];
export type Profile = components["schemas"]["PostureProfile"];
export type CheckSeverity = components["schemas"]["CheckSeverity"];
export type FindingState = components["schemas"]["FindingState"];

const profiles: Record<Profile, string> = {
  baseline: "Baseline",
  healthinsight: "HealthInsight",
  stig: "DISA STIG",
  strict: "Strict",
  seed: "Before alerts",
};

export const profileList = Object.keys(profiles) as Profile[];

export function isProfile(text: string | undefined): text is Profile {
  return text !== undefined && text in profiles;
}

export function profileWords(p: Profile): string {
  return profiles[p];
}

/** The verdicts, what wants somebody first. */
export const verdictList: Verdict[] = ["FAIL", "ERROR", "WARN", "MANUAL", "PASS", "NOT_APPLICABLE"];

/** The severities of checks, the worst first. */
export const checkSeverities: CheckSeverity[] = ["critical", "high", "medium", "low", "info"];

export const findingStates: FindingState[] = ["open", "accepted", "closed"];

/** Those of a list of names that are meant: what an address says may be anything. */
export function known<T extends string>(all: readonly T[], given: string[]): T[] {
  return all.filter((v) => given.includes(v));
}

const abbreviations: Record<string, string> = { api: "API", oauth: "OAuth", idp: "Identity providers", app: "Apps" };

/** The name of a category, of its id: api-token → API token. */
export function categoryWords(id: string): string {
  const [first = "", ...rest] = id.split("-");
  const begin = abbreviations[first] ?? first.charAt(0).toUpperCase() + first.slice(1);
  return [begin, ...rest.map((w) => (w in abbreviations && w !== "app" ? (abbreviations[w] ?? w) : w))].join(" ");
}

/** A part of one, in hundredths. What is not all is never said to be: 99.7 % is 99 %. */
export function percent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}

/** How an org's score is to be taken, where much of it is not seen. */
export function sightWords(visible: number): string {
  if (visible >= 0.95) return "Nearly all that applies could be seen.";
  if (visible >= 0.7) return "Some of what applies could not be seen, and counts neither way.";
  return "Much of what applies could not be seen: the score says little.";
}

export type CheckFilter = { verdict: Verdict[]; severity: CheckSeverity[]; category: string[]; q: string };

/** The checks that a filter leaves, those that want somebody first, then by severity. */
export function filtered(checks: CheckResult[], f: CheckFilter): CheckResult[] {
  const text = f.q.trim().toLowerCase();
  const has = <T>(list: T[], v: T) => list.length === 0 || list.includes(v);
  return checks
    .filter(
      (c) =>
        has(f.verdict, c.verdict) &&
        has(f.severity, c.severity) &&
        has(f.category, c.category) &&
        (!text || `${c.id} ${c.title} ${c.said}`.toLowerCase().includes(text)),
    )
    .sort(
      (a, b) =>
        verdictList.indexOf(a.verdict) - verdictList.indexOf(b.verdict) ||
        checkSeverities.indexOf(a.severity) - checkSeverities.indexOf(b.severity) ||
        a.id.localeCompare(b.id),
    );
}

export type CategoryTally = { category: string; all: number; counts: Partial<Record<Verdict, number>> };

/** How the checks of each category came out, by its name. */
export function tally(checks: CheckResult[]): CategoryTally[] {
  const by = new Map<string, CategoryTally>();
  for (const c of checks) {
    const t = by.get(c.category) ?? { category: c.category, all: 0, counts: {} };
    t.all++;
    t.counts[c.verdict] = (t.counts[c.verdict] ?? 0) + 1;
    by.set(c.category, t);
  }
  return [...by.values()].sort((a, b) => categoryWords(a.category).localeCompare(categoryWords(b.category)));
}

/** The scores of the last judgements, the oldest first, for a line of bars. */
export function trendOf(runs: { score: number }[], most = 60): number[] {
  return runs
    .slice(0, most)
    .map((r) => r.score)
    .reverse();
}

const modes: Record<string, string> = {
  api: "One call does it",
  mix: "A call does it, after some preparation",
  man: "By hand, in Okta's Admin Console",
};

export function modeWords(mode: string): string {
  return modes[mode] ?? mode;
}

/** Days from now as a moment of the API; nothing for never. */
export function inDays(days: string, now: Date): string | undefined {
  const n = Number(days);
  return n > 0 ? new Date(now.getTime() + n * 86_400_000).toISOString() : undefined;
}
