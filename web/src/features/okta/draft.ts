import type { components } from "../../api/schema.gen.ts";

export type SSO = components["schemas"]["SSO"];
export type Settings = components["schemas"]["SSOSettings"];
export type DraftBody = components["schemas"]["PutSSODraft"];
export type SSOTest = components["schemas"]["SSOTest"];

/** A draft as it is typed. */
export type Typed = {
  by: "url" | "xml";
  metadataUrl: string;
  metadata: string;
  groupsAttribute: string;
  /** Groups by the id of the role that they give. */
  groups: Record<string, string[]>;
  exempt: string[];
};

export function typedOf(s: Settings): Typed {
  return {
    by: s.metadataUrl || !s.metadata ? "url" : "xml",
    metadataUrl: s.metadataUrl,
    metadata: s.metadataUrl ? "" : s.metadata,
    groupsAttribute: s.groupsAttribute,
    groups: Object.fromEntries(s.roles.map((r) => [r.role, r.groups])),
    exempt: s.exempt.map((p) => p.email),
  };
}

/** What is sent of it. */
export function bodyOf(t: Typed): DraftBody {
  return {
    ...(t.by === "url" ? { metadataUrl: t.metadataUrl.trim() } : { metadata: t.metadata.trim() }),
    groupsAttribute: t.groupsAttribute.trim(),
    roles: Object.entries(t.groups)
      .filter(([, groups]) => groups.length > 0)
      .map(([role, groups]) => ({ role, groups })),
    exempt: t.exempt,
  };
}

/** Whether two say the same. */
export function same(a: Typed, b: Typed): boolean {
  return JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));
}

const holds = 15 * 60_000;

/** Why a test does not let its draft be saved; undefined where it does. */
export function whyNot(test: SSOTest | undefined, now: Date): string | undefined {
  if (!test?.ended) return "Test the draft first.";
  if (!test.mine) return "The last test was somebody else's. Make one yourself.";
  if (!test.current) return "The draft was changed after the last test. Test it again.";
  if (!test.ok) return "The last test failed.";
  if (!test.fullAdmin) return "The last test signed in somebody whose groups give no Full Admin.";
  if (test.endedAt && now.getTime() - new Date(test.endedAt).getTime() >= holds)
    return "The last test is older than 15 minutes. Test it again.";
  return undefined;
}
