import type { components } from "../../api/schema.gen.ts";

type Connection = Pick<components["schemas"]["Connection"], "id" | "settings" | "scopes">;

/** The scopes that a connection lacks of those that are wanted. An API token has none: it can do what its admin can. */
export function lacking(c: Connection, wanted: string[]): string[] {
  const { scopes } = c;
  return scopes ? wanted.filter((s) => !scopes.includes(s)) : [];
}

/**
 * The connection that can do something to an org: the one by which it is read
 * where that may, else another to the same domain that may.
 */
export function through(all: Connection[], reads: string, wanted: string[]): string {
  const own = all.find((c) => c.id === reads);
  if (!own || lacking(own, wanted).length === 0) return reads;
  const others = all.filter((c) => c.settings.domain === own.settings.domain && lacking(c, wanted).length === 0);
  return (others.find((c) => c.scopes) ?? others[0])?.id ?? reads;
}
