import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import type { Column } from "../../kit/table.ts";
import { EntityLink } from "./EntityLink.tsx";
import { capitals } from "./facts.ts";
import type { TenantDetail } from "./tenant.ts";
import { stateWords } from "./twins.ts";

type Mismatch = components["schemas"]["Mismatch"];

/** Whose state differs in an Okta org and in Auth0, as both were last read. */
export function Compare({ tenant: t }: { tenant: TenantDetail }) {
  const query = useQuery(read("/api/v1/tenants/{id}/mismatches", { path: { id: t.id } }));
  const columns: Column<Mismatch>[] = [
    {
      id: "person",
      title: "Person",
      phone: "title",
      cell: (m) => <EntityLink tenant={t.id} of={m.person} bold />,
    },
    { id: "status", title: "In Okta", width: "120px", named: true, cell: (m) => capitals(m.status) },
    { id: "account", title: "Account", cell: (m) => <EntityLink tenant={m.tenant.id} of={m.account} /> },
    {
      id: "tenant",
      title: "Auth0 tenant",
      width: "16%",
      from: 1024,
      cell: (m) => <span className="text-muted">{m.tenant.name || m.tenant.domain}</span>,
    },
    {
      id: "state",
      title: "What differs",
      width: "24%",
      cell: (m) => (
        <span className={stateWords(m.state)?.grave ? "text-bad" : "text-warn"}>{stateWords(m.state)?.short}</span>
      ),
    },
  ];
  if (query.isError) {
    return <Failed what="The two could not be compared." error={query.error} onRetry={() => void query.refetch()} />;
  }
  const d = query.data;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">
        {d
          ? `${d.accounts === 1 ? "1 account in Auth0 belongs" : `${d.accounts} accounts in Auth0 belong`} to ${d.people === 1 ? "1 person" : `${d.people} people`} of this org.${d.more ? " The first differences are shown." : ""}`
          : "The people of both are compared, as they were last read."}
      </p>
      <DataTable<Mismatch>
        label="What differs"
        rows={d?.items}
        columns={columns}
        rowKey={(m) => `${m.person.id}/${m.tenant.id}/${m.account.id}`}
        rowName={(m) => m.person.name || m.person.id}
        empty={<Empty title="Nothing differs">Who may sign in here may there, and nobody else.</Empty>}
      />
    </div>
  );
}
