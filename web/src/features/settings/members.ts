import type { components } from "../../api/schema.gen.ts";

type Member = components["schemas"]["Member"];

/** What somebody's roles are called, each once. */
export function roleNames(roles: { name: string }[]): string {
  return [...new Set(roles.map((r) => r.name))].join(", ") || "no role";
}

/** What the roles are called that somebody has by their groups in Okta. */
export function elsewhere(m: Pick<Member, "roles">): string[] {
  return [...new Set(m.roles.filter((r) => r.source !== "manual").map((r) => r.name))];
}

/** Who has a role, of whom the first few were read. */
export function holders(first: { items: Pick<Member, "name">[]; next?: string } | undefined): string {
  const names = (first?.items ?? []).map((m) => m.name).join(", ");
  return first?.next ? `${names} and others` : names;
}

/** How somebody came to the organization. */
export function originWords(origin: Member["origin"]): string {
  return { local: "an administrator", sso: "Okta sign-in", scim: "provisioning", invite: "invitation" }[origin];
}

/** Roles by name, each once, with where they come from where that is not a hand. */
export function rolesBySource(roles: Member["roles"]): { name: string; from?: string }[] {
  const words = { manual: "by hand", sso: "Okta", scim: "pushed group" };
  return [...new Set(roles.map((r) => r.name))].map((name) => {
    const sources = [...new Set(roles.filter((r) => r.name === name).map((r) => r.source))];
    if (sources.length === 1 && sources[0] === "manual") return { name };
    return { name, from: sources.map((s) => words[s]).join(", ") };
  });
}
