import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import type { Column } from "../../kit/table.ts";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { aboutKind, isKind } from "../visibility/kinds.ts";
import { Gaps } from "./Gaps.tsx";

type Credential = components["schemas"]["UngovernedCredential"];

const problems: Record<string, string> = {
  owner_gone: "its owner is gone",
  owner_dormant: "its owner is dormant",
  no_owner: "nobody owns it",
  any_network: "usable from anywhere",
  old_key: "old key",
  broad_scopes: "may change much",
  broad_rights: "rights of an administrator",
};

/** Tokens, clients and integrations that nobody is in control of. */
export function Ungoverned({ tenant }: { tenant: string }) {
  const found = useQuery(read("/api/v1/tenants/{id}/access/ungoverned", { path: { id: tenant } }));
  if (found.isError) {
    return (
      <Failed
        what="The credentials could not be looked at."
        error={found.error}
        onRetry={() => void found.refetch()}
        retrying={found.isRefetching}
      />
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <Gaps gaps={found.data?.gaps} />
      <DataTable<Credential>
        label="Credentials that nobody is in control of"
        rows={found.data?.items}
        columns={columns(tenant)}
        rowKey={(c) => `${c.entity.kind}/${c.entity.id}`}
        rowName={(c) => c.entity.name || c.entity.id}
        empty={
          <div className="rounded-lg border bg-surface">
            <Empty title="All that was seen is in somebody's hands">
              API tokens, clients and integrations have owners, bounds and fresh keys.
            </Empty>
          </div>
        }
      />
    </div>
  );
}

function faults(c: Credential): string {
  return c.problems.map((p) => problems[p.problem] ?? p.problem).join(", ");
}

const columns = (tenant: string): Column<Credential>[] => [
  {
    id: "what",
    title: "Credential",
    width: "28%",
    phone: "title",
    cell: (c) => <EntityLink tenant={tenant} of={c.entity} bold />,
  },
  {
    id: "kind",
    title: "Is",
    width: "160px",
    from: 1024,
    cell: (c) => (
      <span className="text-muted">{isKind(c.entity.kind) ? aboutKind(c.entity.kind).one : c.entity.kind}</span>
    ),
  },
  {
    id: "problems",
    title: "What is wrong",
    cell: (c) => (
      <span title={faults(c)} className="text-warn">
        {faults(c)}
      </span>
    ),
  },
  {
    id: "why",
    title: "Shown by",
    width: "34%",
    from: 1280,
    cell: (c) => {
      const why = c.problems.map((p) => p.why).join("; ");
      return (
        <span title={why} className="text-muted">
          {why}
        </span>
      );
    },
  },
];
