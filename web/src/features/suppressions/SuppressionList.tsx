import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BellOff, Plus, TriangleAlert } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { count, counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import type { Suppression } from "./suppression.ts";

const route = getRouteApi("/inside/suppressions");

/** What is hidden from the rules: by whom, why, until when, and how often it did. */
export function SuppressionList() {
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("rules:write");
  const query = useQuery(read("/api/v1/suppressions", {}));
  const rows = query.data?.filter((s) => (show === "all" ? true : show === "over" ? !s.active : s.active));
  const add = () => void navigate({ to: "/suppressions/new" });
  useKeys(can ? [{ keys: "n", label: "New suppression", group: "Lists", run: add }] : []);
  const create = can && (
    <Link to="/suppressions/new" className={buttonClass("primary")}>
      <Plus size={14} aria-hidden />
      New suppression
    </Link>
  );
  return (
    <Page>
      <PageHeader
        title="Suppressions"
        lead="What is known and hidden from the rules: by whom, why, until when. What is hidden is counted."
        actions={create}
      />
      <FilterBar end={rows && counted(rows.length, "suppression")}>
        <Select
          aria-label="State"
          className="!w-auto"
          value={show ?? ""}
          onChange={(e) => void navigate({ search: { show: e.target.value || undefined }, replace: true })}
          choices={[
            { value: "", label: "In force" },
            { value: "over", label: "Over" },
            { value: "all", label: "All" },
          ]}
        />
      </FilterBar>
      {query.isError ? (
        <Failed
          what="The suppressions could not be read."
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isRefetching}
        />
      ) : (
        <DataTable<Suppression>
          label="Suppressions"
          rows={rows}
          rowKey={(s) => s.id}
          rowName={(s) => s.reason}
          columns={columns}
          onOpen={(s) => void navigate({ to: "/suppressions/$id", params: { id: s.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {query.data && query.data.length > 0 ? (
                <Empty
                  title={show === "over" ? "None is over" : "None is in force"}
                  action={<Button onClick={() => void navigate({ search: { show: "all" } })}>Show all</Button>}
                />
              ) : (
                <Empty
                  icon={<BellOff size={28} strokeWidth={1.5} />}
                  title="Nothing is hidden"
                  action={create}
                  link={
                    <Link to="/alerts" className="text-accent hover:underline">
                      Go to the alerts
                    </Link>
                  }
                >
                  When an alert is known and harmless, press Suppress on its page: the condition is filled in, and you
                  see what it would have hidden.
                </Empty>
              )}
            </div>
          }
        />
      )}
    </Page>
  );
}

/** Which rules a suppression is for. */
export function ScopeOf({ of: s }: { of: Suppression }) {
  if (s.scope === "all") return <span>All rules</span>;
  if (s.scope === "type") return <span>Type {(s.target?.name ?? "").replaceAll("_", " ")}</span>;
  return (
    <Link to="/rules/$id" params={{ id: s.target?.id ?? "" }} className="hover:underline">
      {s.target?.name || "A rule that is gone"}
    </Link>
  );
}

const columns: Column<Suppression>[] = [
  {
    id: "reason",
    title: "Reason",
    phone: "title",
    cell: (s) => (
      <span className="flex items-center gap-2">
        <Link
          to="/suppressions/$id"
          params={{ id: s.id }}
          title={s.where}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {s.reason}
        </Link>
        {!s.active && <Tag>over</Tag>}
        {s.error && (
          <Tag tone="warn" title={s.error}>
            <TriangleAlert size={12} aria-hidden />
            fails
          </Tag>
        )}
      </span>
    ),
  },
  { id: "scope", title: "From", width: "26%", cell: (s) => <ScopeOf of={s} /> },
  {
    id: "owner",
    title: "Owner",
    width: "14%",
    from: 768,
    cell: (s) => <span className="text-muted">{s.owner.name || "Somebody who left"}</span>,
  },
  { id: "hidden", title: "Hidden", width: "80px", right: true, named: true, cell: (s) => count(s.hidden) },
  {
    id: "last",
    title: "Last",
    width: "120px",
    from: 1024,
    phone: "none",
    cell: (s) => s.lastAt && <Time at={s.lastAt} />,
  },
  {
    id: "end",
    title: "Ends",
    width: "120px",
    phone: "aside",
    cell: (s) => (s.expiresAt ? <Time at={s.expiresAt} /> : <span className="text-muted">no end</span>),
  },
];
