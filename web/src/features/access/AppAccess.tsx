import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import type { Column } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { Gaps } from "./Gaps.tsx";
import { reachWords } from "./reachWords.ts";

type User = components["schemas"]["AccessAppUser"];

/** Who can use an app, and through what. */
export function AppAccess({ tenant, app }: { tenant: string; app: string }) {
  const list = usePages("/api/v1/tenants/{id}/access/apps/{app}", { path: { id: tenant, app } });
  const a = list.first;
  if (list.error && !list.items) {
    return <Failed what="Who can use it could not be worked out." error={list.error} onRetry={list.refetch} />;
  }
  return (
    <div className="flex flex-col gap-6">
      <Gaps gaps={a?.gaps} />
      {a && (
        <p className="text-muted">
          {counted(a.users, "person", "people")} can sign in to it, {a.direct === 0 ? "none" : a.direct} of them
          assigned themselves
          {a.disabled > 0 && `; ${counted(a.disabled, "more is", "more are")} assigned and cannot sign in`}.
        </p>
      )}
      <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
        <Section title="People">
          <DataTable<User>
            label="People who can use it"
            rows={list.items}
            columns={columns(tenant)}
            rowKey={(u) => u.user.id}
            rowName={(u) => u.user.name || u.user.id}
            more={list.more}
            empty={
              <div className="rounded-lg border bg-surface">
                <Empty title="Nobody who was seen can use it" />
              </div>
            }
          />
        </Section>
        <Section title="Groups that give it">
          <Panel>
            {a?.groups.length === 0 && <p className="px-3 py-2 text-muted">None that was seen.</p>}
            <ul className="divide-y">
              {a?.groups.map((g) => (
                <li key={g.group.id} className="px-3 py-1">
                  <EntityLink tenant={tenant} of={g.group} />
                  <span className="block text-xs text-faint">
                    {counted(g.members, "member")}
                    {g.rules.length > 0 && `, filled by the rule ${g.rules.map((r) => r.name || r.id).join(", ")}`}
                    {g.source && `, comes from ${g.source.name || g.source.id}`}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </Section>
      </div>
    </div>
  );
}

const columns = (tenant: string): Column<User>[] => [
  { id: "user", title: "Person", phone: "title", cell: (u) => <EntityLink tenant={tenant} of={u.user} bold /> },
  {
    id: "way",
    title: "Through",
    width: "45%",
    cell: (u) => (
      <span title={reachWords(u)} className="text-muted">
        {reachWords(u)}
      </span>
    ),
  },
  {
    id: "disabled",
    title: "",
    width: "140px",
    phone: "aside",
    cell: (u) => u.disabled && <Tag>cannot sign in</Tag>,
  },
];
