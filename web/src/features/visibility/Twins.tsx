import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { EntityLink } from "./EntityLink.tsx";
import { capitals } from "./facts.ts";
import type { Kind } from "./kinds.ts";
import { stateWords } from "./twins.ts";

type Twin = components["schemas"]["Twin"];

/** Who somebody is elsewhere: the accounts in Auth0 of a person of Okta, or whose an account is. */
export function Twins({ tenant, kind, id }: { tenant: string; kind: Kind; id: string }) {
  const here = kind === "user";
  const auth0 = useQuery(read("/api/v1/tenants", { query: { provider: "auth0" } }));
  const asked = (auth0.data?.length ?? 0) > 0;
  const query = useQuery({
    ...read("/api/v1/tenants/{id}/entities/{kind}/{entity}/twins", { path: { id: tenant, kind, entity: id } }),
    enabled: asked,
  });
  if (!asked) return null; // nothing of Auth0 is read, so nobody can be known there
  return (
    <Section title={here ? "Also in Auth0" : "In Okta"}>
      {query.isError ? (
        <Failed what="It could not be looked up." error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Panel>
          {!query.data && (
            <div className="p-3">
              <SkeletonLines lines={2} />
            </div>
          )}
          {query.data?.length === 0 && (
            <p className="px-3 py-2 text-muted">
              {here ? "No account is known to be this person's." : "It is not known to be anybody's of an org."}
            </p>
          )}
          <ul className="divide-y">
            {query.data?.map((t) => (
              <li key={`${t.tenant.id}/${t.entity.id}`} className="px-3 py-2">
                <One twin={t} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Section>
  );
}

function One({ twin: t }: { twin: Twin }) {
  const a = t.account;
  const state = stateWords(t.state);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-40 font-medium">
          <EntityLink tenant={t.tenant.id} of={t.entity} />
        </span>
        {!t.sure && <Tag tone="warn">maybe</Tag>}
        {a?.blocked && <Tag tone="warn">blocked</Tag>}
        {t.status && <Tag tone={t.status === "ACTIVE" ? "plain" : "warn"}>{capitals(t.status)}</Tag>}
      </div>
      <p className="text-sm wrap-anywhere text-muted">
        {t.tenant.name || t.tenant.domain}
        {a && (
          <>
            {a.lastLogin ? (
              <>
                ; last signed in <Time at={a.lastLogin} />
              </>
            ) : (
              "; never signed in"
            )}
            {a.roles.length > 0 && `; ${a.roles.map((r) => r.name || r.id).join(", ")}`}
          </>
        )}
        {a?.url && (
          <>
            {" "}
            <a href={a.url} target="_blank" rel="noreferrer" className="text-accent hover:underline">
              Open in Auth0
            </a>
          </>
        )}
      </p>
      {t.said && <p className="text-sm text-pretty text-muted">{t.said}</p>}
      {t.sure && state && (
        <p className={`text-sm text-pretty ${state.grave ? "text-bad" : "text-warn"}`}>{state.says}</p>
      )}
    </>
  );
}
