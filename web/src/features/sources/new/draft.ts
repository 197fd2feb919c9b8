import type { components } from "../../../api/schema.gen.ts";
import type { Method } from "../methods.ts";

/** A source that is being added: what was typed, kept over all steps. */
export type Draft = {
  /** What system it speaks of. */
  kind: components["schemas"]["SourceKind"];
  name: string;
  category: components["schemas"]["SourceCategory"];
  methods: ReadonlySet<Method>;
  /** An Okta domain, or the address of an Auth0 tenant, as it was typed. */
  domain: string;
  /** The connection that was picked; "" makes a new one. */
  connection: string;
  connectionName: string;
  auth: components["schemas"]["AuthKind"];
  settings: Record<string, string>;
  secrets: Record<string, string>;
};

export function fresh(kind: Draft["kind"] = "okta"): Draft {
  return {
    kind,
    name: names[kind],
    category: "identity",
    // Okta registers the hook by itself; Auth0's log stream is made by hand.
    methods: new Set<Method>(kind === "okta" ? ["poll", "hook"] : ["poll"]),
    domain: "",
    connection: "",
    connectionName: "",
    auth: kind === "okta" ? "api_key" : "oauth2_client_credentials",
    settings: {},
    secrets: {},
  };
}

const names: Record<Draft["kind"], string> = { okta: "Okta Workforce Identity", auth0: "Auth0 tenant" };

/** The draft for another system: what was typed as a name or chosen as a category stays. */
export function ofKind(d: Draft, kind: Draft["kind"]): Draft {
  const next = fresh(kind);
  return { ...next, name: d.name === names[d.kind] ? next.name : d.name, category: d.category };
}

/** The setting of the system's connector that says where it is. */
export function placeSetting(kind: Draft["kind"]): "domain" | "base_url" {
  return kind === "okta" ? "domain" : "base_url";
}

/** What the API takes for it, polling through a connection. */
export function sourceOf(d: Draft, connection: string | undefined) {
  const on = (m: Method) => d.methods.has(m);
  return {
    kind: d.kind,
    name: d.name.trim(),
    category: d.category,
    connection: connection || undefined,
    poll: on("poll"),
    hook: on("hook"),
    stream: on("stream"),
    file: on("file"),
  };
}

/** A name for the connection of a domain: https://acme.okta.com is acme. */
export function connectionName(url: string, kind: Draft["kind"] = "okta"): string {
  const host = url.replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, "");
  if (kind === "auth0") return `Auth0 ${host.replace(/(\.[a-z]{2})?\.auth0\.com$/, "")}`;
  const [first = "", ...rest] = host.split(".");
  return /^(okta|oktapreview|okta-emea|okta-gov)\./.test(rest.join(".")) ? `Okta ${first}` : `Okta ${host}`;
}
