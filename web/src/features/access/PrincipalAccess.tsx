import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { State, Tag } from "../../kit/State.tsx";
import { count, counted } from "../../kit/time.ts";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { isKind, type Kind } from "../visibility/kinds.ts";
import { Cut } from "./Cut.tsx";
import { Gaps } from "./Gaps.tsx";
import { NodeLink } from "./NodeLink.tsx";
import { keyOf, nodeNote } from "./node.ts";
import { Paths } from "./Paths.tsx";
import { countsWords, reachWords } from "./reachWords.ts";

type Principal = components["schemas"]["AccessPrincipal"];
type Aspect = components["schemas"]["AccessAspect"];

/** What somebody or something may do and reaches, and by which ways it becomes super administrator. */
export function PrincipalAccess({
  tenant,
  kind,
  entity,
  aspect,
}: {
  tenant: string;
  kind: Kind;
  entity: string;
  aspect?: string;
}) {
  const of = { id: tenant, kind, entity };
  const found = useQuery(
    read("/api/v1/tenants/{id}/access/principals/{kind}/{entity}", {
      path: of,
      query: { aspect: aspect as Aspect | undefined },
    }),
  );
  const p = found.data;
  if (found.error instanceof Failure && found.error.kind === "not_found") {
    return (
      <Empty title="It gives access to nothing that is known">
        Either it leads nowhere, or the org has not been read to its end yet.
      </Empty>
    );
  }
  if (found.isError) {
    return (
      <Failed
        what="What it reaches could not be worked out."
        error={found.error}
        onRetry={() => void found.refetch()}
        retrying={found.isRefetching}
      />
    );
  }
  if (!p) return <SkeletonLines lines={6} />;
  return (
    <div className="flex flex-col gap-6">
      <Answer principal={p} />
      <Gaps gaps={p.gaps} />
      <Paths tenant={tenant} start={p.node} paths={p.paths} />
      {p.paths.length > 0 && <Cut tenant={tenant} of={of} aspect={aspect} />}
      <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-2">
        <Privileges tenant={tenant} principal={p} />
        <div className="flex min-w-0 flex-col gap-6">
          {p.groups.total > 0 && (
            <Section title="Groups" aside={counted(p.groups.total, "group")}>
              <Rows total={p.groups.total} shown={p.groups.items.length}>
                {p.groups.items.map((g) => (
                  <li key={g.group.id} className="px-3 py-1">
                    <EntityLink tenant={tenant} of={g.group} />
                    <span className="block text-xs text-faint">
                      {counted(g.members, "member")}
                      {g.rules.length > 0 && `, filled by the rule ${g.rules.map((r) => r.name || r.id).join(", ")}`}
                      {g.source && `, comes from ${g.source.name || g.source.id}`}
                    </span>
                  </li>
                ))}
              </Rows>
            </Section>
          )}
          {p.apps.total > 0 && (
            <Section title="Apps" aside={counted(p.apps.total, "app")}>
              <Rows total={p.apps.total} shown={p.apps.items.length}>
                {p.apps.items.map((a) => (
                  <li key={a.app.id} className="px-3 py-1">
                    <EntityLink tenant={tenant} of={a.app} />
                    <span className="block text-xs text-faint">{reachWords(a)}</span>
                  </li>
                ))}
              </Rows>
            </Section>
          )}
          <Blast tenant={tenant} principal={p} />
        </div>
      </div>
    </div>
  );
}

function Answer({ principal: p }: { principal: Principal }) {
  const shortest = p.paths[0];
  if (!shortest && !p.blast.top) {
    return <State icon={ShieldCheck} label="No way from here to super administrator is known" />;
  }
  const steps = shortest?.steps.length ?? 0;
  return (
    <State
      icon={ShieldAlert}
      tone="bad"
      strong
      label={
        shortest?.steps[0]?.kind === "SUPER_ADMIN_OF"
          ? "Is super administrator"
          : steps === 1
            ? "Can become super administrator in one step"
            : steps > 0
              ? `Can become super administrator in ${steps} steps`
              : "Can become super administrator"
      }
    />
  );
}

function Rows({ total, shown, children }: { total: number; shown: number; children: React.ReactNode }) {
  return (
    <Panel>
      <ul className="divide-y">{children}</ul>
      {total > shown && <p className="border-t px-3 py-1.5 text-sm text-faint">and {count(total - shown)} more</p>}
    </Panel>
  );
}

function Privileges({ tenant, principal: p }: { tenant: string; principal: Principal }) {
  return (
    <Section title="What it may do as an administrator">
      {p.privileges.length === 0 ? (
        <Panel>
          <p className="px-3 py-2 text-muted">Nothing that was seen.</p>
        </Panel>
      ) : (
        <Panel>
          <ul className="divide-y">
            {p.privileges.map((g, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: grants are told in their order
              <li key={i} className="px-3 py-2">
                <div className="flex flex-wrap items-center gap-x-2">
                  {g.role ? (
                    <EntityLink tenant={tenant} of={g.role} bold />
                  ) : (
                    <code className="font-mono text-xs">{g.scope}</code>
                  )}
                  <span className="text-sm text-muted">over {g.over}</span>
                  {!g.active && <Tag tone="warn">to be activated first</Tag>}
                </div>
                <p className="text-sm wrap-anywhere text-muted">{g.why}</p>
                {g.via.length > 0 && (
                  <div className="flex flex-wrap gap-x-3 text-sm">
                    <span className="text-faint">by</span>
                    {g.via.map((v) => (
                      <EntityLink key={`${v.kind}/${v.id}`} tenant={tenant} of={v} />
                    ))}
                  </div>
                )}
                {g.barriers.map((b) => (
                  <p key={b.barrier} className="text-xs text-faint">
                    But: {b.says}
                  </p>
                ))}
                <Permissions list={g.permissions} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {(p.unusedPermissions.length > 0 || p.idleScopes.length > 0) && (
        <div className="mt-3">
          <Note title="More was given than works">
            {p.idleScopes.length > 0 && <p>Scopes without a role for them: {p.idleScopes.join(", ")}</p>}
            {p.unusedPermissions.length > 0 && <p>Permissions without a scope: {p.unusedPermissions.join(", ")}</p>}
          </Note>
        </div>
      )}
    </Section>
  );
}

function Permissions({ list }: { list: string[] }) {
  return (
    <details className="mt-0.5 text-xs text-faint">
      <summary className="py-1 pointer-coarse:py-2">{counted(list.length, "permission")}</summary>
      <p className="pt-1 font-mono wrap-anywhere">{list.join(", ")}</p>
    </details>
  );
}

function Blast({ tenant, principal: p }: { tenant: string; principal: Principal }) {
  const b = p.blast;
  return (
    <Section
      title="What controlling it gives, by any number of steps"
      aside={b.top ? "all of the org" : countsWords(b.counts)}
    >
      {b.items.length === 0 ? (
        <Panel>
          <p className="px-3 py-2 text-muted">Nothing that was seen.</p>
        </Panel>
      ) : (
        <Rows total={b.total} shown={Math.min(b.items.length, nearest)}>
          {b.items.slice(0, nearest).map((n) => (
            <li key={keyOf(n.node)} className="flex flex-wrap items-center gap-x-3 px-3 py-1">
              <span className="min-w-0 flex-1 basis-40">
                {isKind(n.node.kind) && !n.node.aspect ? (
                  <EntityLink tenant={tenant} of={n.node} />
                ) : (
                  <NodeLink tenant={tenant} node={n.node} />
                )}
                <span className="block text-xs text-faint">{nodeNote(n.node)}</span>
              </span>
              <span className="text-sm text-muted">{counted(n.distance, "step")}</span>
            </li>
          ))}
        </Rows>
      )}
    </Section>
  );
}

/** How many of what is reached are listed. */
const nearest = 20;
