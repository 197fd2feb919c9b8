import type { components } from "../../api/schema.gen.ts";

type Schemas = components["schemas"];
export type Draft = Schemas["Draft"];
export type Call = Schemas["Call"];
export type Way = Schemas["Way"];
export type DraftedCall = Schemas["DraftedCall"];

export const emptyDraft: Draft = { title: "", baseUrl: "", auth: { kind: "bearer" }, calls: [] };

export const emptyCall: Call = {
  id: "",
  effect: "read",
  repeat: "safe",
  method: "GET",
  path: "/",
  outputs: [
    { name: "status_code", type: "number", from: "status" },
    { name: "body", type: "any", from: "body" },
  ],
};

/** The ways to sign in that a form can say; all others are written in the file. */
export const ways: { value: Way["kind"]; label: string }[] = [
  { value: "bearer", label: "Bearer token" },
  { value: "api_key", label: "Key in a header" },
  { value: "api_key_query", label: "Key in the query" },
  { value: "basic", label: "User name and password" },
  { value: "oauth2_client_credentials", label: "OAuth 2.0, client credentials" },
  { value: "oauth2_authorization_code", label: "OAuth 2.0, a person signs in" },
  { value: "none", label: "Nothing" },
];

/** The ID that a title leads to. */
export function idOf(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 50);
  return `own_${name}`;
}

/** A name among those of calls that nothing has yet. */
function free(id: string, taken: string[]): string {
  let out = id;
  for (let n = 2; taken.includes(out); n++) out = `${id}_${n}`;
  return out;
}

/** The draft with more calls; one of a name that is taken gets another. */
export function withCalls(d: Draft, calls: Call[]): Draft {
  const all = [...d.calls];
  for (const c of calls)
    all.push({
      ...c,
      id: free(
        c.id,
        all.map((x) => x.id),
      ),
    });
  return { ...d, calls: all };
}

/**
 * The draft with the call of an example. The first one says where the API is and
 * how to sign in; later ones only add what they need.
 */
export function withExample(d: Draft, ex: DraftedCall): Draft {
  const first = d.calls.length === 0;
  const secrets = [...new Set([...(d.secrets ?? []), ...ex.more])];
  const next = withCalls(d, [ex.call]);
  return {
    ...next,
    ...(secrets.length > 0 ? { secrets } : {}),
    baseUrl: d.baseUrl || ex.baseUrl,
    auth: first && ex.auth.kind !== "none" ? ex.auth : d.auth,
  };
}

/**
 * What is wrong with an address, or nothing. Parts in braces are filled in later. Only a whole one, which nothing is
 * joined to, may have a query.
 */
export function addressProblem(text: string, whole = false): string | undefined {
  const address = text.trim().replaceAll(/\{\{[^}]*\}\}/g, "x");
  if (address === "") return undefined;
  const url = URL.parse(address);
  if (!url || !/^https?:\/\/[^/]/i.test(address)) return "An address begins with https:// and a host.";
  return !whole && (url.search || url.hash) ? "Only what paths are joined to: no query, no fragment." : undefined;
}

/** Whether the addresses of a draft are such. */
export function addressesHold(d: Draft): boolean {
  const whole = [d.docs, d.auth.tokenUrl, d.auth.authorizeUrl];
  return !addressProblem(d.baseUrl) && whole.every((a) => !addressProblem(a ?? "", true));
}

/** What is not as the API is told where, said before anything is sent. */
export function elsewhere(d: Draft, ex: DraftedCall): boolean {
  return d.baseUrl !== "" && !ex.baseUrl.startsWith(new URL(d.baseUrl, "https://x.invalid").origin);
}

/** Lines of "name: value" as pairs, and back. */
export function pairsText(pairs: Schemas["Pair"][] | undefined): string {
  return (pairs ?? []).map((p) => `${p.name}: ${p.value}`).join("\n");
}

export function pairsOf(text: string): Schemas["Pair"][] {
  return text
    .split("\n")
    .filter((l) => l.trim() !== "")
    .map((l) => {
      const at = l.indexOf(":");
      return at < 0 ? { name: l.trim(), value: "" } : { name: l.slice(0, at).trim(), value: l.slice(at + 1).trim() };
    });
}

/** The inputs that texts of a call refer to and that it does not have. */
export function missingInputs(c: Call): string[] {
  const text = [c.path, c.body ?? "", pairsText(c.query), pairsText(c.headers)].join("\n");
  const used = [...text.matchAll(/\{\{\s*inputs\.([a-z][a-z0-9_]*)/g)].map((m) => m[1] ?? "");
  return [...new Set(used)].filter((n) => !c.inputs?.some((p) => p.name === n));
}
