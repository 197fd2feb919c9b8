import { getRouteApi, Link } from "@tanstack/react-router";
import { Briefcase } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { count } from "../../kit/time.ts";
import { listOf } from "../../search.ts";
import type { AlertState } from "../alerts/alert.ts";
import { AlertStateMark } from "../alerts/alertState.tsx";
import { SeverityMark } from "../alerts/severity.tsx";

type Case = components["schemas"]["AlertCase"];

const route = getRouteApi("/inside/cases");
const working = "open,in_progress";

/** Cases: alerts that are one story, worked on together. */
export function CaseList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = search.state ?? working;
  const { items, error, refetch, refetching, more } = usePages("/api/v1/cases", {
    query: {
      q: search.q,
      state: (state === "all" ? [] : listOf(state)) as AlertState[],
      assignee: listOf(search.assignee),
    },
  });
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <Page>
      <PageHeader title="Cases" lead="Alerts that are one story, worked on together." />
      <FilterBar>
        <SearchBox label="Search cases" value={search.q ?? ""} onChange={(q) => set({ q: q || undefined })} />
        <Select
          aria-label="State"
          className="!w-auto"
          value={state}
          onChange={(e) => set({ state: e.target.value === working ? undefined : e.target.value })}
          choices={[
            { value: working, label: "Not closed" },
            { value: "open", label: "Open" },
            { value: "in_progress", label: "In progress" },
            { value: "closed", label: "Closed" },
            { value: "all", label: "All" },
          ]}
        />
        <Select
          aria-label="Assignee"
          className="!w-auto"
          value={search.assignee ?? ""}
          onChange={(e) => set({ assignee: e.target.value || undefined })}
          choices={[
            { value: "", label: "Anybody's" },
            { value: "me", label: "Mine" },
            { value: "nobody", label: "Nobody's" },
          ]}
        />
      </FilterBar>
      {error && !items ? (
        <Failed what="The cases could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <DataTable<Case>
          label="Cases"
          rows={items}
          rowKey={(c) => c.id}
          rowName={(c) => c.title}
          columns={columns}
          more={more}
          onOpen={(c) => void navigate({ to: "/cases/$id", params: { id: c.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {search.q || search.assignee || search.state ? (
                <Empty
                  title="No case fits these filters"
                  action={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
                />
              ) : (
                <Empty
                  icon={<Briefcase size={28} strokeWidth={1.5} />}
                  title="No case is open"
                  action={
                    <Link to="/alerts" className={buttonClass("primary")}>
                      Go to the alerts
                    </Link>
                  }
                  link={
                    <Link to="/cases" search={{ state: "all" }} className="text-accent hover:underline">
                      All cases
                    </Link>
                  }
                >
                  Select alerts that belong together and press Case, or add one from its page.
                </Empty>
              )}
            </div>
          }
        />
      )}
    </Page>
  );
}

const columns: Column<Case>[] = [
  {
    id: "severity",
    title: "Severity",
    width: "104px",
    phone: "aside",
    cell: (c) => <SeverityMark severity={c.severity} />,
  },
  {
    id: "title",
    title: "Case",
    phone: "title",
    cell: (c) => (
      <Link to="/cases/$id" params={{ id: c.id }} className="font-medium hover:underline">
        {c.title}
      </Link>
    ),
  },
  {
    id: "number",
    title: "Number",
    width: "80px",
    right: true,
    phone: "none",
    cell: (c) => <span className="text-muted">{c.number}</span>,
  },
  { id: "alerts", title: "Alerts", width: "72px", right: true, named: true, cell: (c) => count(c.alerts) },
  { id: "state", title: "State", width: "134px", cell: (c) => <AlertStateMark state={c.state} verdict={c.verdict} /> },
  {
    id: "assignee",
    title: "Assignee",
    width: "16%",
    from: 768,
    cell: (c) => <span className="text-muted">{c.assignee ? c.assignee.name || "Somebody who left" : ""}</span>,
  },
  { id: "at", title: "Changed", width: "124px", cell: (c) => <Time at={c.updatedAt} /> },
];
