import { expect, test } from "vitest";
import { attackTags } from "./attack.ts";
import { coverageOf } from "./coverage.ts";
import { filterRules, type Rule, sortRules } from "./ruleFilter.ts";

const attack = {
  tactics: [
    { id: "persistence", name: "Persistence" },
    { id: "impact", name: "Impact" },
  ],
  techniques: [
    { id: "T1098", name: "Account Manipulation", tactics: ["persistence"] },
    { id: "T1098.003", name: "Additional Cloud Roles", tactics: ["persistence"] },
    { id: "T1531", name: "Account Access Removal", tactics: ["impact"] },
  ],
};

function rule(slug: string, part: Partial<Rule>): Rule {
  return {
    slug,
    title: slug,
    description: "",
    tags: [],
    pack: "sallyport",
    severity: "low",
    enabled: true,
    own: false,
    changed: false,
    week: { alerts: 0, hits: 0 },
    month: { alerts: 0, hits: 0 },
    ...part,
  } as Rule;
}

const roles = rule("roles", {
  tags: ["attack.persistence", "attack.t1098.003"],
  severity: "high",
  month: { alerts: 1, hits: 4 },
});
const removal = rule("removal", { tags: ["attack.t1531"], enabled: false, pack: "sigma" });
const plain = rule("plain", { tags: ["attack.persistence"], severity: "critical" });
const all = [roles, removal, plain];

test.each([
  [{ q: "ROLES" }, [roles]],
  [{ severity: "high,critical" }, [roles, plain]],
  [{ pack: "sigma" }, [removal]],
  [{ tag: "attack.t1098" }, [roles]],
  [{ tag: "attack.t109" }, []],
  [{ show: "off" }, [removal]],
  [{ show: "hit" }, [roles]],
  [{ show: "quiet", q: "a" }, [removal, plain]],
])("a filter leaves what fits it: %o", (search, left) => {
  expect(filterRules(all, search)).toEqual(left);
});

test("the worst come first, and last when it is turned round", () => {
  expect(sortRules(all, { by: "severity", down: false })).toEqual([plain, roles, removal]);
  expect(sortRules(all, { by: "severity", down: true })).toEqual([removal, roles, plain]);
});

test("what rules cover stands below its tactic, and gaps too", () => {
  const [persistence, impact] = coverageOf(all, attack);
  expect(persistence).toMatchObject({ name: "Persistence", rules: 2, on: 2 });
  expect(persistence?.techniques.map((t) => [t.id, t.rules])).toEqual([["T1098.003", 1]]);
  expect(coverageOf([], attack)[0]?.techniques.map((t) => t.id)).toEqual(["T1098", "T1098.003"]);
  expect(impact).toMatchObject({ rules: 0, techniques: [{ id: "T1531", rules: 1, on: 0 }] });
});

test("tags are named, the tactics first, and others left out", () => {
  expect(attackTags(["okta", "attack.t1531", "attack.impact", "attack.t9999"], attack)).toEqual([
    { tag: "attack.impact", name: "Impact", kind: "tactic" },
    { tag: "attack.t1531", id: "T1531", name: "Account Access Removal", kind: "technique" },
    { tag: "attack.t9999", id: "T9999", name: "", kind: "technique" },
  ]);
});
