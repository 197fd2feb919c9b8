import type { components } from "../../api/schema.gen.ts";

type Connection = Pick<components["schemas"]["Connection"], "id" | "auth" | "settings">;

/** What Okta is asked for where a service app's connection names no scopes. */
const standard = ["okta.users.manage", "okta.groups.manage", "okta.logs.read"];

/** The scopes that a connection lacks of those that are wanted. An API token has none: it can do what its admin can. */
export function lacking(c: Connection, wanted: string[]): string[] {
  if (c.auth === "api_key") return [];
  const named = typeof c.settings.scopes === "string" ? c.settings.scopes.split(/[\s,]+/).filter(Boolean) : [];
  const has = named.length > 0 ? named : standard;
  return wanted.filter((s) => !has.includes(s));
}

/**
 * The connection that can do something to an org: the one by which it is read
 * where that may, else another to the same domain that may.
 */
export function through(all: Connection[], reads: string, wanted: string[]): string {
  const own = all.find((c) => c.id === reads);
  if (!own || lacking(own, wanted).length === 0) return reads;
  const others = all.filter((c) => c.settings.domain === own.settings.domain && lacking(c, wanted).length === 0);
  return (others.find((c) => c.auth !== "api_key") ?? others[0])?.id ?? reads;
}
