import { at, capitals, fieldName } from "./facts.ts";
import type { Kind } from "./kinds.ts";

type Part = { title: string; items: { name: string; note: string; value: unknown }[] };

const parts: Partial<Record<Kind, string[]>> = {
  policy: ["rules"],
  auth_server: ["policies", "scopes", "claims", "keys"],
  resource_set: ["resources", "bindings"],
  authenticator: ["methods"],
  app: ["keys"],
  api_service: ["secrets"],
  brand: ["templates"],
};

/** What something consists of, list by list; those that are there. */
export function partsOf(kind: Kind, body: unknown): Part[] {
  return (parts[kind] ?? []).flatMap((key) => {
    const list = at(body, key);
    if (!Array.isArray(list) || list.length === 0) return [];
    return [
      {
        title: fieldName(key),
        items: list.map((value, i) => ({ name: nameOf(value, i), note: noteOf(value), value })),
      },
    ];
  });
}

function text(v: unknown, ...paths: string[]): string {
  for (const p of paths) {
    const found = at(v, p);
    if (typeof found === "string" && found !== "") return found;
  }
  return "";
}

function nameOf(v: unknown, i: number): string {
  if (typeof v === "string") return v;
  return text(v, "name", "label", "type", "role", "orn", "kid", "id") || `Number ${i + 1}`;
}

/** What somebody wants to know of it at once: that it is off, what it lets. */
function noteOf(v: unknown): string {
  const status = text(v, "status");
  return [
    status && status !== "ACTIVE" ? capitals(status) : "",
    capitals(text(v, "actions.appSignOn.access", "actions.signon.access", "actions.passwordChange.access")),
    text(v, "actions.appSignOn.verificationMethod.factorMode"),
    text(v, "description"),
  ]
    .filter(Boolean)
    .join(", ");
}
