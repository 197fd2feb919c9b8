import { getRouteApi, Link } from "@tanstack/react-router";
import { Wrench } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Facet } from "../../kit/Facet.tsx";
import { FilterBar, FilterChip } from "../../kit/Filters.tsx";
import { Page, PageHeader, Panel } from "../../kit/Page.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { listOf } from "../../search.ts";
import { known } from "../posture/posture.ts";
import type { Remedy } from "./remedy.ts";
import { tallyWords } from "./remedy.ts";
import { RemedyMark, remedyStateList, remedyStates } from "./remedyMarks.tsx";
import { Schedules } from "./Schedules.tsx";

const route = getRouteApi("/inside/remedies");

/** Plans of putting things right: what they would do, did, and how far they are; and what makes them by the clock. */
export function RemedyList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page>
      <PageHeader
        title="Remedies"
        lead="Plans of putting things right: each shows its calls before it makes them, and most can be undone."
      />
      <Tabs
        label="Kinds of remedies"
        value={search.tab === "schedules" ? "schedules" : "plans"}
        onChange={(to) => void navigate({ search: { tab: to === "plans" ? undefined : to }, replace: true })}
        tabs={[
          { id: "plans", label: "Plans", content: <Plans /> },
          { id: "schedules", label: "By the clock", content: <Schedules /> },
        ]}
      />
    </Page>
  );
}

function Plans() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = known(remedyStateList, listOf(search.state));
  const list = usePages("/api/v1/remedies", {
    query: { state, cause: search.cause, causeId: search.causeId },
  });
  const set = (part: typeof search) => void navigate({ search: { ...search, ...part }, replace: true });
  if (list.error && !list.items) {
    return (
      <Failed
        what="The plans could not be read."
        error={list.error}
        onRetry={list.refetch}
        retrying={list.refetching}
      />
    );
  }
  const narrowed = state.length > 0 || search.cause !== undefined;
  return (
    <>
      <FilterBar>
        <Facet
          name="State"
          chosen={state}
          onChange={(v) => set({ state: v.join(",") || undefined })}
          options={remedyStateList.map((s) => ({
            value: s,
            label: remedyStates[s].label,
            mark: <RemedyMark state={s} />,
          }))}
        />
        {search.cause && (
          <FilterChip
            name="Answers"
            value={search.causeId ? `${search.cause} ${search.causeId}` : search.cause}
            onRemove={() => set({ cause: undefined, causeId: undefined })}
          />
        )}
      </FilterBar>
      <DataTable<Remedy>
        label="Plans"
        rows={list.items}
        columns={columns}
        rowKey={(r) => r.id}
        rowName={(r) => r.title}
        more={list.more}
        onOpen={(r) => void navigate({ to: "/remedies/$id", params: { id: r.id } })}
        empty={
          <Panel>
            {narrowed ? (
              <Empty
                title="No plan is like that"
                action={<Button onClick={() => void navigate({ search: {}, replace: true })}>All plans</Button>}
              />
            ) : (
              <Empty
                icon={<Wrench size={28} strokeWidth={1.5} />}
                title="Nothing was planned yet"
                action={
                  <Link to="/findings" className={buttonClass("primary")}>
                    Findings
                  </Link>
                }
              >
                A plan is made from what was found, or on the page of a person or a thing.
              </Empty>
            )}
          </Panel>
        }
      />
    </>
  );
}

const columns: Column<Remedy>[] = [
  { id: "state", title: "State", width: "176px", phone: "aside", cell: (r) => <RemedyMark state={r.state} /> },
  {
    id: "title",
    title: "Plan",
    width: "34%",
    phone: "title",
    cell: (r) => (
      <Link
        to="/remedies/$id"
        params={{ id: r.id }}
        title={r.title}
        className="font-medium hover:underline sm:block sm:truncate"
      >
        {r.title}
      </Link>
    ),
  },
  {
    id: "steps",
    title: "Steps",
    cell: (r) => (
      <span title={r.error || r.stop} className="text-muted">
        {tallyWords(r.steps)}
      </span>
    ),
  },
  { id: "objects", title: "For", width: "72px", right: true, named: true, from: 768, cell: (r) => r.objects },
  { id: "actor", title: "Asked by", width: "18%", from: 1024, cell: (r) => r.actor.name || r.actor.id },
  { id: "at", title: "Made", width: "116px", cell: (r) => <Time at={r.createdAt} /> },
];
