import { Link } from "@tanstack/react-router";
import type { components } from "../../../api/schema.gen.ts";
import { Note } from "../../../kit/Note.tsx";
import { Facts, Panel, Section } from "../../../kit/Page.tsx";
import { counted } from "../../../kit/time.ts";

type OktaSetup = components["schemas"]["OktaSetup"];
type App = OktaSetup["apps"][number];

/** What was made, what was granted, and where the key is. */
export function SetupMade({ setup: s }: { setup: OktaSetup }) {
  return (
    <Section title={s.onlyResponse ? "It may respond" : "It is connected"}>
      <div className="flex flex-col gap-3">
        {s.apps.map((a) => (
          <Made
            key={a.clientId}
            app={a}
            org={`${s.domain.replace(/^https?:\/\//, "")}${s.oktaId ? ` (${s.oktaId})` : ""}`}
          />
        ))}
        {s.tokenEnded ? (
          <p className="text-sm text-muted">The temporary token of {s.login} is ended.</p>
        ) : (
          <Note tone="warn" title={`The temporary token of ${s.login} still works`}>
            {s.tokenNotEnded && `It could not be ended: ${s.tokenNotEnded}. `}
            It is needed no more: end it in the Admin Console under Security, API, Tokens.
          </Note>
        )}
      </div>
    </Section>
  );
}

function Made({ app: a, org }: { app: App; org: string }) {
  return (
    <Panel className="flex flex-col gap-3 p-4">
      <Facts
        items={[
          ["Org", org],
          ["App", `${a.label}${a.response ? ", which may contain people" : ", which only reads"}`],
          ["Application ID", <code className="font-mono text-xs">{a.clientId}</code>],
          [
            "Key",
            <>
              <code className="font-mono text-xs">{a.keyId}</code>, sealed in the connection{" "}
              <Link to="/connections/$id" params={{ id: a.connection.id }} className="text-accent hover:underline">
                {a.connection.name}
              </Link>
              {a.dpop && "; its access tokens are bound to a key"}
            </>,
          ],
          [
            "Granted",
            <details key="granted">
              <summary className="cursor-pointer">{counted(a.granted.length, "scope")}</summary>
              <span className="font-mono text-xs wrap-anywhere text-muted">{a.granted.join(" ")}</span>
            </details>,
          ],
        ]}
      />
      {a.refused.length > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-warn">
            {counted(a.refused.length, "scope or role", "scopes and roles")} the org did not give
          </summary>
          <ul className="mt-1.5 flex flex-col gap-1 text-sm">
            {a.refused.map((r) => (
              <li key={r.name} className="wrap-anywhere text-muted">
                <code className="font-mono text-xs text-ink">{r.name}</code> {r.said}
              </li>
            ))}
          </ul>
        </details>
      )}
      {a.notes.map((n) => (
        <Note key={n} tone="warn">
          {n}
        </Note>
      ))}
    </Panel>
  );
}
