// Which techniques of ATT&CK the rules are about, by tactic.
import type { Attack } from "./attack.ts";
import type { Rule } from "./ruleFilter.ts";

export type Covered = { id: string; name: string; tag: string; rules: number; on: number };
export type Column = { id: string; name: string; tag: string; rules: number; on: number; techniques: Covered[] };

/**
 * The tactics in the order of an attack, each with the techniques that belong to it and how many rules are about them:
 * of those that name the tactic, or no tactic at all. A technique without rules is there too: it is a gap.
 */
export function coverageOf(rules: Rule[], attack: Attack): Column[] {
  const tagged = rules.map((r) => ({ rule: r, tags: new Set(r.tags) }));
  return attack.tactics.map((t) => {
    const tag = `attack.${t.id}`;
    const of = tagged.filter(({ tags }) => tags.has(tag) || !attack.tactics.some((o) => tags.has(`attack.${o.id}`)));
    const techniques = attack.techniques
      .filter((x) => x.tactics.includes(t.id))
      .map((x): Covered => {
        const own = `attack.${x.id.toLowerCase()}`;
        const about = of.filter(({ tags }) => tags.has(own));
        return {
          id: x.id,
          name: x.name,
          tag: own,
          rules: about.length,
          on: about.filter((a) => a.rule.enabled).length,
        };
      });
    const named = tagged.filter(({ tags }) => tags.has(tag));
    return {
      id: t.id,
      name: t.name,
      tag,
      rules: named.length,
      on: named.filter((n) => n.rule.enabled).length,
      // Where parts of a technique are covered, the whole of it is no gap.
      techniques: techniques
        .filter((x) => x.rules > 0 || !techniques.some((o) => o.rules > 0 && o.id.startsWith(`${x.id}.`)))
        .sort((a, b) => b.on - a.on || b.rules - a.rules || a.id.localeCompare(b.id)),
    };
  });
}
