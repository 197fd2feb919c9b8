import { getRouteApi, Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Facet } from "../../kit/Facet.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, FilterChip, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader, Panel } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { listOf } from "../../search.ts";
import { aboutKind, isKind, kinds } from "../visibility/kinds.ts";
import type { Tenant } from "../visibility/tenant.ts";
import { FindingMark, findingStateMarks, WeightMark } from "./marks.tsx";
import { ObjectLink } from "./ObjectLink.tsx";
import { OrgGate, OrgSelect, useOrg } from "./OrgGate.tsx";
import { checkSeverities, findingStates, known, type PostureFinding } from "./posture.ts";

const route = getRouteApi("/inside/findings");

/** What the checks found in an org, the gravest first. */
export function FindingList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const of = useOrg(search.tenant);
  return (
    <Page>
      <PageHeader
        title="Findings"
        lead="What the checks found in an org: each thing that is not as it should be, until it is."
        actions={
          of.org && (
            <OrgSelect
              orgs={of.query.data}
              org={of.org}
              onChange={(tenant) => void navigate({ search: { ...search, tenant }, replace: true })}
            />
          )
        }
      />
      <OrgGate of={of}>{(org) => <List key={org.id} org={org} />}</OrgGate>
    </Page>
  );
}

function List({ org }: { org: Tenant }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (part: typeof search) => void navigate({ search: { ...search, ...part }, replace: true });
  const state = search.state === "all" ? [] : known(findingStates, listOf(search.state ?? "open"));
  const severity = known(checkSeverities, listOf(search.severity));
  const kind = isKind(search.kind) ? search.kind : undefined;
  const list = usePages("/api/v1/tenants/{id}/findings", {
    path: { id: org.id },
    query: { state, severity, check: listOf(search.check), kind, object: search.object, q: search.q },
  });
  if (list.error && !list.items) {
    return (
      <Failed
        what="The findings could not be read."
        error={list.error}
        onRetry={list.refetch}
        retrying={list.refetching}
      />
    );
  }
  const narrowed = severity.length > 0 || search.check || kind || search.object || search.q || search.state;
  return (
    <>
      <FilterBar>
        <SearchBox value={search.q ?? ""} onChange={(q) => set({ q: q || undefined })} label="Search the findings" />
        <Facet
          name="State"
          chosen={state}
          onChange={(v) => set({ state: v.length === 0 ? "all" : v.join(",") })}
          options={findingStates.map((s) => ({
            value: s,
            label: findingStateMarks[s].label,
            mark: <FindingMark state={s} />,
          }))}
        />
        <Facet
          name="Severity"
          chosen={severity}
          onChange={(v) => set({ severity: v.join(",") || undefined })}
          options={checkSeverities.map((s) => ({ value: s, label: s, mark: <WeightMark severity={s} /> }))}
        />
        <Select
          aria-label="Kind"
          className="!w-auto"
          value={kind ?? ""}
          onChange={(e) => set({ kind: e.target.value || undefined })}
          choices={[
            { value: "", label: "About anything" },
            ...kinds.map((k) => ({ value: k, label: aboutKind(k).many })),
          ]}
        />
        {search.check && <FilterChip name="Check" value={search.check} onRemove={() => set({ check: undefined })} />}
        {search.object && <FilterChip name="About" value={search.object} onRemove={() => set({ object: undefined })} />}
      </FilterBar>
      <DataTable<PostureFinding>
        label="Findings"
        rows={list.items}
        columns={columns(org.id)}
        rowKey={(f) => f.id}
        rowName={(f) => `${f.check.name}: ${f.object.name || f.object.key}`}
        more={list.more}
        onOpen={(f) => void navigate({ to: "/findings/$id/$finding", params: { id: org.id, finding: f.id } })}
        empty={
          <Panel>
            <Empty
              title={narrowed ? "No finding is like that" : "Nothing is found that is open"}
              action={
                narrowed ? (
                  <Button onClick={() => void navigate({ search: { tenant: search.tenant }, replace: true })}>
                    All that are open
                  </Button>
                ) : undefined
              }
              link={
                <Link to="/posture" search={{ tenant: org.id }} className="underline">
                  What was checked
                </Link>
              }
            >
              {!narrowed && "What could not be seen is no finding, and no pass either: the checks say which."}
            </Empty>
          </Panel>
        }
      />
    </>
  );
}

function columns(tenant: string): Column<PostureFinding>[] {
  return [
    {
      id: "severity",
      title: "Severity",
      width: "106px",
      phone: "aside",
      cell: (f) => <WeightMark severity={f.severity} />,
    },
    {
      id: "what",
      title: "Finding",
      width: "34%",
      phone: "title",
      cell: (f) => (
        <Link
          to="/findings/$id/$finding"
          params={{ id: tenant, finding: f.id }}
          title={f.said}
          className="font-medium hover:underline sm:block sm:truncate"
        >
          {f.said}
        </Link>
      ),
    },
    { id: "object", title: "About", width: "22%", cell: (f) => <ObjectLink tenant={tenant} of={f.object} /> },
    {
      id: "check",
      title: "Check",
      from: 1024,
      phone: "none",
      cell: (f) => (
        <Link
          to="/posture/$id/$check"
          params={{ id: tenant, check: f.check.id }}
          title={f.check.name}
          className="text-muted hover:underline sm:block sm:truncate"
        >
          {f.check.name || f.check.id}
        </Link>
      ),
    },
    { id: "state", title: "State", width: "112px", cell: (f) => <FindingMark state={f.state} /> },
    { id: "opened", title: "Since", width: "116px", from: 768, cell: (f) => <Time at={f.openedAt} /> },
  ];
}
