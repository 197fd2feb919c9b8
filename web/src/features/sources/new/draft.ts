import type { components } from "../../../api/schema.gen.ts";
import type { Method } from "../methods.ts";

/** A source that is being added: what was typed, kept over all steps. */
export type Draft = {
  name: string;
  category: components["schemas"]["SourceCategory"];
  methods: ReadonlySet<Method>;
  /** An Okta domain, as it was typed. */
  domain: string;
  /** The connection that was picked; "" makes a new one. */
  connection: string;
  connectionName: string;
  auth: components["schemas"]["AuthKind"];
  settings: Record<string, string>;
  secrets: Record<string, string>;
};

export function fresh(): Draft {
  return {
    name: "Okta Workforce Identity",
    category: "identity",
    methods: new Set<Method>(["poll", "hook"]),
    domain: "",
    connection: "",
    connectionName: "",
    auth: "api_key",
    settings: {},
    secrets: {},
  };
}

/** What the API takes for it, polling through a connection. */
export function sourceOf(d: Draft, connection: string | undefined) {
  const on = (m: Method) => d.methods.has(m);
  return {
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
export function connectionName(url: string): string {
  const host = url.replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, "");
  const [first = "", ...rest] = host.split(".");
  return /^(okta|oktapreview|okta-emea|okta-gov)\./.test(rest.join(".")) ? `Okta ${first}` : `Okta ${host}`;
}
