import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Download, ScanSearch } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Input, Select } from "../../kit/Field.tsx";
import { FilterChip } from "../../kit/Filters.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { Time, useNow } from "../../kit/Time.tsx";
import { count, counted } from "../../kit/time.ts";
import { useMedia } from "../../kit/useMedia.ts";
import { useCan } from "../session/session.ts";
import { EventTable } from "./EventTable.tsx";
import { Facets } from "./Facets.tsx";
import { FilterInput } from "./FilterInput.tsx";
import { Histogram } from "./Histogram.tsx";
import { apiQuery, type EventsSearch, exportAddress, narrowed } from "./query.ts";
import { SavedSearches } from "./SavedSearches.tsx";
import { TimeRange } from "./TimeRange.tsx";

type Summary = components["schemas"]["EventSummary"];

const route = getRouteApi("/inside/events");

/** The stored System Log: filtered, counted, read. */
export function EventList() {
  const canRaw = useCan("events:raw");
  const search: EventsSearch = route.useSearch();
  const navigate = route.useNavigate();
  const minute = Math.floor(useNow().getTime() / 60_000);
  const query = useMemo(() => apiQuery(search, new Date(minute * 60_000)), [search, minute]);
  const order = search.order === "oldest" ? ("oldest" as const) : undefined;
  const list = usePages("/api/v1/events", { query: { ...query, order } });
  const summary = useQuery({ ...read("/api/v1/events/summary", { query }), placeholderData: keepPreviousData });
  const sources = useQuery(read("/api/v1/sources", {}));
  const set = (part: EventsSearch) => void navigate({ search: { ...search, ...part } });
  const narrow = (clause: string) => set({ filter: narrowed(search.filter, clause) });
  const failure = list.error instanceof Failure ? list.error : undefined;
  const wrong = failure?.forField("filter");
  const values = Object.fromEntries((summary.data?.facets ?? []).map((f) => [f.field, f.values.map((v) => v.value)]));
  return (
    <Page>
      <PageHeader
        title="Events"
        lead={<Kept />}
        actions={
          <>
            <SavedSearches search={search} onChoose={(s) => void navigate({ search: s })} />
            <Menu
              trigger={<Button icon={<Download size={14} />}>Export</Button>}
              items={[
                {
                  label: "NDJSON",
                  note: canRaw ? "The events as they came" : "Your role does not allow it",
                  disabled: !canRaw,
                  onSelect: () => take("ndjson", search),
                },
                { label: "CSV", note: "A line for each, with the usual fields", onSelect: () => take("csv", search) },
              ]}
            />
          </>
        }
      />
      <div className="mb-3 flex flex-wrap items-start gap-2">
        <FilterInput value={search.filter ?? ""} onChange={(filter) => set({ filter })} values={values} error={wrong} />
        <Keywords value={search.q ?? ""} onChange={(q) => set({ q })} error={failure?.forField("q")} />
        <TimeRange search={search} onChange={set} />
        {(sources.data?.length ?? 0) > 1 && (
          <Select
            aria-label="Source"
            className="!w-auto"
            value={search.source ?? ""}
            onChange={(e) => set({ source: e.target.value })}
            choices={[
              { value: "", label: "All sources" },
              ...(sources.data ?? []).map((s) => ({ value: s.id, label: s.name })),
            ]}
          />
        )}
        {order && <FilterChip name="Order" value="oldest first" onRemove={() => set({ order: undefined })} />}
      </div>
      {summary.data ? (
        <Histogram summary={summary.data} onChoose={(since, until) => set({ range: undefined, since, until })} />
      ) : (
        !summary.error && <Skeleton className="mb-3 h-27" />
      )}
      <div className="grid items-start gap-5 lg:grid-cols-[15rem_minmax(0,1fr)]">
        <Beside summary={summary.data}>
          {!(summary.error && !summary.data) && <Facets summary={summary.data} onChoose={narrow} />}
        </Beside>
        <div className="min-w-0">
          <Found summary={summary.data} order={order} onTurn={() => set({ order: order ? undefined : "oldest" })} />
          {list.error && !wrong && !failure?.forField("q") && !list.items ? (
            <Failed
              what="The events could not be read."
              error={list.error}
              onRetry={list.refetch}
              retrying={list.refetching}
            />
          ) : (
            <EventTable
              label="Events"
              events={wrong ? (list.items ?? []) : list.items}
              more={list.more}
              onOpen={(e) => void navigate({ to: "/events/$uuid", params: { uuid: e.uuid } })}
              empty={
                <None
                  search={search}
                  wrong={Boolean(wrong)}
                  more={list.more}
                  onClear={() => void navigate({ search: {} })}
                />
              }
            />
          )}
        </div>
      </div>
    </Page>
  );
}

function take(form: "ndjson" | "csv", search: EventsSearch) {
  window.location.assign(exportAddress(form, search, new Date()));
}

/** What this is, and where it is said for how long. */
function Kept() {
  return (
    <>
      The System Log of Okta, as long as{" "}
      <Link to="/settings/events" className="text-accent underline">
        it is kept here
      </Link>
      .
    </>
  );
}

/** Words that occur in the events, looked for with Enter. */
function Keywords({ value, onChange, error }: { value: string; onChange: (q: string) => void; error?: string }) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  return (
    <div className="w-56 max-sm:min-w-0 max-sm:flex-1">
      <Input
        type="search"
        value={text}
        aria-label="Keywords"
        aria-invalid={error ? true : undefined}
        title={error}
        placeholder="Keywords"
        onChange={(e) => setText(e.target.value)}
        onBlur={() => text.trim() !== value && onChange(text.trim())}
        onKeyDown={(e) => e.key === "Enter" && onChange(text.trim())}
      />
      {error && (
        <p role="alert" className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** How many there are, and what is not counted. */
function Found({ summary: s, order, onTurn }: { summary?: Summary; order?: string; onTurn: () => void }) {
  return (
    <div className="mb-1.5 flex min-h-6 flex-wrap items-center justify-between gap-x-4 text-sm text-muted">
      {s ? (
        <span>
          {counted(s.events, "event")}
          {!s.complete && s.from && (
            <>
              {" "}
              counted, back to <Time at={s.from} />; there may be more before
            </>
          )}
        </span>
      ) : (
        <span />
      )}
      <button type="button" className="rounded-sm hover:text-ink hover:underline" onClick={onTurn}>
        {order ? "Oldest first" : "Newest first"}
      </button>
    </div>
  );
}

/** The facets: beside the events, and on small pages folded above them. */
function Beside({ summary, children }: { summary?: Summary; children: ReactNode }) {
  const wide = useMedia("(min-width: 1024px)");
  const values = (summary?.facets ?? []).reduce((n, f) => n + f.values.length, 0);
  if (wide) return <aside aria-label="What they have in common">{children}</aside>;
  if (summary && values === 0) return null;
  return (
    <details className="rounded-lg border bg-surface px-3 py-2">
      <summary className="cursor-default text-sm text-muted">What they have in common ({count(values)} values)</summary>
      <div className="pt-3">{children}</div>
    </details>
  );
}

function None({
  search,
  wrong,
  more,
  onClear,
}: {
  search: EventsSearch;
  /** Whether the filter has a mistake. */
  wrong: boolean;
  more: { has: boolean; busy: boolean; load: () => void };
  onClear: () => void;
}) {
  const narrowing = Boolean(search.filter || search.q || search.source || search.since || search.until);
  return (
    <div className="rounded-lg border bg-surface">
      {wrong ? (
        <Empty title="The filter has a mistake" action={<Button onClick={onClear}>Clear the search</Button>}>
          It is marked under the filter. Put it right, and press Enter.
        </Empty>
      ) : more.has ? (
        <Empty
          title="Nothing was found so far"
          action={
            <Button busy={more.busy} onClick={more.load}>
              Look further
            </Button>
          }
        >
          This search has to read the events one by one. It stopped after some seconds.
        </Empty>
      ) : narrowing ? (
        <Empty title="No event fits" action={<Button onClick={onClear}>Clear the search</Button>}>
          Look further back, or at fewer things at once.
        </Empty>
      ) : (
        <Empty
          icon={<ScanSearch size={28} strokeWidth={1.5} />}
          title="No event in this time"
          action={
            <Link to="/sources" className={buttonClass("primary")}>
              Go to the sources
            </Link>
          }
        >
          Events come from Okta by a source, or from a file.
        </Empty>
      )}
    </div>
  );
}
