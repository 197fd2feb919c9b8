import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { read } from "../../../api/query.ts";
import { Copy } from "../../../kit/Copy.tsx";
import { Section } from "../../../kit/Page.tsx";
import type { WayId } from "./ways.ts";

/** What is done in Okta's Admin Console before. */
export function Guide({ way }: { way: WayId }) {
  return (
    <Section title="First in Okta's Admin Console">
      <ol className="flex list-decimal flex-col gap-2.5 pl-5 text-pretty marker:text-faint">
        {steps[way].map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={i}>{step}</li>
        ))}
      </ol>
      {way === "integration" && <ReadScopes />}
    </Section>
  );
}

const Place = ({ children }: { children: ReactNode }) => <span className="font-medium">{children}</span>;

const steps: Record<WayId, ReactNode[]> = {
  app: [
    <>
      Sign in as a <Place>super administrator</Place>: nobody else may grant scopes of Okta's API to an app.
    </>,
    <>
      <Place>Security &gt; API &gt; Tokens &gt; Create token</Place>. It is wanted for a minute. If you limit where it
      may be used from, name the network of this server.
    </>,
  ],
  token: [
    <>
      <Place>Directory &gt; People &gt; Add person</Place>: an account of its own, without apps. A person's own token
      dies when they leave.
    </>,
    <>
      <Place>Security &gt; Administrators &gt; Add administrator</Place>: give it the role{" "}
      <Place>Read-Only Administrator</Place>. A custom role with <code className="font-mono">okta.iam.read</code>{" "}
      besides lets it see all admin roles.
    </>,
    <>
      Sign in as it. <Place>Security &gt; API &gt; Tokens &gt; Create token</Place>, to be used from the network zone
      that this server calls from alone.
    </>,
  ],
  integration: [
    <>
      <Place>Applications &gt; API Service Integrations &gt; Add Integration</Place>, and choose one.
    </>,
    <>
      Approve its scopes, and note them: they are entered here, and one too many has Okta refuse all. It takes no admin
      role.
    </>,
    <>Copy the client ID and the client secret. The secret is shown once.</>,
  ],
};

/** The scopes that an inventory is made from. */
function ReadScopes() {
  const plan = useQuery(read("/api/v1/okta-setup-plan", {}));
  const scopes = plan.data?.[0]?.scopes;
  if (!scopes) return null;
  return (
    <div className="mt-4 border-t pt-3">
      <span className="flex items-center gap-1">
        For a whole inventory it would have {scopes.length} scopes
        <Copy text={scopes.map((s) => s.name).join(" ")} label="Copy the scopes" />
      </span>
      <details className="text-sm text-muted">
        <summary className="cursor-pointer hover:text-ink">Which, and what for</summary>
        <ul className="mt-1.5 flex flex-col gap-1">
          {scopes.map((s) => (
            <li key={s.name}>
              <code className="font-mono text-xs text-ink">{s.name}</code> {s.why}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
