import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowUp, Download, Siren } from "lucide-react";
import { useMemo, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import type { Sort } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { AlertBulk } from "./AlertBulk.tsx";
import { AlertFilters } from "./AlertFilters.tsx";
import { AlertTable } from "./AlertTable.tsx";
import { AlertViews } from "./AlertViews.tsx";
import type { Alert } from "./alert.ts";
import { type AlertSearch, exportAddress, narrowed, queryOf, viewOf } from "./filter.ts";
import { useSteady } from "./steady.ts";
import { useAlerts } from "./useAlerts.ts";

const route = getRouteApi("/inside/alerts");

/** Alerts: what needs somebody now, and what was. */
export function AlertList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("alerts:write");
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const sort: Sort = search.sort === "newest" || (!search.sort && viewOf(search).newest) ? newest : worst;
  const query = useMemo(() => queryOf(search, new Date()), [search]);
  const { items, error, refetch, refetching, more } = useAlerts(query, sort.by === "severity");
  const facets = useQuery({ ...read("/api/v1/alerts/facets", { query }), placeholderData: keepPreviousData });
  const list = useSteady(items, idOf, `${sort.by} ${JSON.stringify(query)}`, () => selected.size > 0 || atWork());
  const chosen = (list.rows ?? []).filter((a) => selected.has(a.id));
  const go = (to: AlertSearch) => {
    setSelected(new Set());
    void navigate({ search: to, replace: true });
  };
  const set = (part: AlertSearch) => go({ ...search, ...part });
  return (
    <Page>
      <PageHeader
        title="Alerts"
        lead={leadOf(search, facets.data)}
        actions={
          <a href={exportAddress(query)} download className={clsx(buttonClass(), "max-sm:hidden")}>
            <Download size={14} aria-hidden />
            Export CSV
          </a>
        }
      />
      <AlertViews search={search} overdue={facets.data?.overdue} onChange={go} />
      <FilterBar end={chosen.length > 0 && can && <AlertBulk alerts={chosen} onDone={() => setSelected(new Set())} />}>
        <AlertFilters search={search} facets={facets.data} onChange={set} />
      </FilterBar>
      {list.waiting > 0 && (
        <div className="mb-2 flex justify-center">
          <Button size="sm" icon={<ArrowUp size={14} />} onClick={list.letIn}>
            Show {counted(list.waiting, "new alert")}
          </Button>
        </div>
      )}
      {error && !items ? (
        <Failed what="The alerts could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <AlertTable
          alerts={list.rows}
          more={more}
          sort={sort}
          onSort={(s) => set({ sort: s.by === "severity" ? "worst" : "newest" })}
          selected={can ? selected : undefined}
          onSelect={can ? setSelected : undefined}
          onOpen={(a) => void navigate({ to: "/alerts/$id", params: { id: a.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              <Nothing search={search} onClear={() => go({ view: search.view })} />
            </div>
          }
        />
      )}
    </Page>
  );
}

const worst: Sort = { by: "severity", down: true };
const newest: Sort = { by: "at", down: true };

const idOf = (a: Alert) => a.id;

/** Somebody reads further down, or has gone to a row: then the list holds still. */
function atWork(): boolean {
  return window.scrollY > 0 || document.activeElement?.closest("tbody") != null;
}

function leadOf(search: AlertSearch, facets: { states: { value: string; count: number }[] } | undefined) {
  const about = "What the rules found, about whom, and how far you are with it.";
  if (!facets || viewOf(search).id !== "" || narrowed(search)) return about;
  const of = (state: string) => facets.states.find((s) => s.value === state)?.count ?? 0;
  const work = of("acknowledged") + of("in_progress");
  return of("open") + work === 0 ? about : `${counted(of("open"), "open alert")}, ${work} being worked on.`;
}

function Nothing({ search, onClear }: { search: AlertSearch; onClear: () => void }) {
  if (narrowed(search)) {
    return <Empty title="No alert fits these filters" action={<Button onClick={onClear}>Clear the filters</Button>} />;
  }
  const rules = (look?: "primary") => (
    <Link to="/rules" className={look ? buttonClass(look) : "text-accent hover:underline"}>
      See what the rules look for
    </Link>
  );
  if (viewOf(search).id === "" || viewOf(search).id === "all") {
    return (
      <Empty
        icon={<Siren size={28} strokeWidth={1.5} />}
        title={search.view === "all" ? "No rule has found anything yet" : "Nothing needs you"}
        action={rules("primary")}
        link={
          <Link to="/alerts" search={{ view: "closed" }} className="text-accent hover:underline">
            Alerts that were closed
          </Link>
        }
      >
        When a rule finds something in the events of your Okta org, it stands here within seconds.
      </Empty>
    );
  }
  return <Empty title="No alert here">There is none in this view right now.</Empty>;
}
