import { useQueries, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Building2, Plus } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Page, PageHeader, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { AddTenant, useUnread } from "./AddTenant.tsx";
import { Cards } from "./connect/Cards.tsx";
import { type Collection, countWords, shareOf } from "./coverage.ts";
import { SyncProgress, SyncState } from "./SyncProgress.tsx";
import { hostOf, type Tenant, titleOf } from "./tenant.ts";

const route = getRouteApi("/inside/visibility");

type Row = Tenant & { collections?: Collection[] };

/** The Okta orgs that are read: what each consists of, and how much of it is seen. */
export function TenantList() {
  const navigate = route.useNavigate();
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const unread = useUnread(tenants.data);
  const rows = useRows(tenants.data);
  const none = tenants.data?.length === 0;
  const auth0 = useQuery(read("/api/v1/tenants", { query: { provider: "auth0" } }));
  const unreadAuth0 = useUnread(auth0.data, "auth0");
  const auth0Rows = useRows(auth0.data);
  return (
    <Page>
      <PageHeader
        title="Orgs"
        lead="What your Okta orgs consist of, how that changes, and how much of it is seen."
        actions={
          !none && (
            <Link to="/visibility/connect" className={buttonClass()}>
              <Plus size={15} aria-hidden />
              Connect an org
            </Link>
          )
        }
      />
      <div className="flex flex-col gap-6">
        {tenants.isError ? (
          <Failed
            what="The orgs could not be read."
            error={tenants.error}
            onRetry={() => void tenants.refetch()}
            retrying={tenants.isRefetching}
          />
        ) : (
          <>
            <DataTable<Row>
              label="Orgs"
              rows={rows}
              columns={columns}
              rowKey={(t) => t.id}
              rowName={titleOf}
              onOpen={(t) => void navigate({ to: "/visibility/$id", params: { id: t.id } })}
              empty={<Nothing ready={unread.length > 0} />}
            />
            {tenants.data
              ?.filter((t) => t.sync?.state === "running")
              .map((t) => (
                <Section key={t.id} title={titleOf(t)}>
                  <SyncProgress sync={t.sync} />
                </Section>
              ))}
            {tenants.data && <AddTenant connections={unread} />}
            {(auth0Rows?.length ?? 0) > 0 && (
              <Section title="Auth0 tenants">
                <DataTable<Row>
                  label="Auth0 tenants"
                  rows={auth0Rows}
                  columns={auth0Columns}
                  rowKey={(t) => t.id}
                  rowName={titleOf}
                  onOpen={(t) => void navigate({ to: "/visibility/$id", params: { id: t.id } })}
                  empty={null}
                />
              </Section>
            )}
            {auth0.data && <AddTenant connections={unreadAuth0} provider="auth0" />}
            {none && (
              <Section title="Three ways to connect an org">
                <Cards />
              </Section>
            )}
          </>
        )}
      </div>
    </Page>
  );
}

/** The orgs with what is seen of each, as soon as that is there. */
function useRows(tenants: Tenant[] | undefined): Row[] | undefined {
  const details = useQueries({
    queries: (tenants ?? []).map((t) => read("/api/v1/tenants/{id}", { path: { id: t.id } })),
  });
  return tenants?.map((t, i) => ({ ...t, collections: details[i]?.data?.collections }));
}

function Nothing({ ready }: { ready: boolean }) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-6 pt-8 pb-2 text-center">
      <Building2 size={28} strokeWidth={1.5} aria-hidden className="mb-1 text-faint" />
      <h2 className="text-base">No org is read yet</h2>
      <p className="max-w-[60ch] text-sm text-pretty text-muted">
        {ready
          ? "An org is connected already: have it read, and its people, groups, apps, roles and policies stand here."
          : "Connect an org, and its people, groups, apps, roles and policies stand here, with what could not be seen. It is only read; a first reading takes minutes, and longer for large orgs."}
      </p>
    </div>
  );
}

const kindColumn = (kind: string, title: string, from: 768 | 1024): Column<Row> => ({
  id: kind,
  title,
  width: "92px",
  right: true,
  named: true,
  from,
  cell: (t) =>
    t.collections && t.collections.length > 0 ? (
      countWords(t.collections.find((c) => c.name === kind))
    ) : (
      <span className="text-faint">–</span>
    ),
});

const nameColumn = (title: string): Column<Row> => ({
  id: "name",
  title,
  phone: "title",
  cell: (t) => (
    <Link to="/visibility/$id" params={{ id: t.id }} className="font-medium hover:underline">
      {titleOf(t)}
    </Link>
  ),
});

const placeColumns: Column<Row>[] = [
  { id: "domain", title: "Domain", width: "19%", cell: (t) => <span className="text-muted">{hostOf(t)}</span> },
  {
    id: "connection",
    title: "Read through",
    width: "15%",
    from: 1280,
    phone: "none",
    cell: (t) => <span className="text-muted">{t.connection.name || "a connection that is gone"}</span>,
  },
];

const readingColumns: Column<Row>[] = [
  {
    id: "seen",
    title: "Seen",
    width: "84px",
    right: true,
    named: true,
    cell: (t) => {
      if (!t.collections || t.collections.length === 0) return <span className="text-faint">–</span>;
      const s = shareOf(t.collections);
      return (
        <span
          title={`${s.seen} of ${s.of} collections were seen in whole`}
          className={s.percent < 100 ? "text-warn" : ""}
        >
          {s.percent} %
        </span>
      );
    },
  },
  { id: "state", title: "Reading", width: "176px", phone: "aside", cell: (t) => <SyncState sync={t.sync} /> },
  {
    id: "at",
    title: "Last read",
    width: "120px",
    from: 768,
    named: true,
    cell: (t) =>
      t.sync ? <Time at={t.sync.endedAt ?? t.sync.startedAt} /> : <span className="text-faint">never</span>,
  },
];

const columns: Column<Row>[] = [
  nameColumn("Org"),
  ...placeColumns,
  kindColumn("user", "People", 1024),
  kindColumn("group", "Groups", 1024),
  kindColumn("app", "Apps", 1024),
  ...readingColumns,
];

const auth0Columns: Column<Row>[] = [
  nameColumn("Tenant"),
  ...placeColumns,
  kindColumn("auth0_user", "Accounts", 1024),
  kindColumn("auth0_role", "Roles", 1024),
  kindColumn("auth0_client", "Apps", 1024),
  ...readingColumns,
];
