import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, FilterChip } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { listOf } from "../../search.ts";
import { RunBulk } from "./RunBulk.tsx";
import { RunTable } from "./RunTable.tsx";
import { type RunState, runStates } from "./runState.tsx";
import { sinceOf, spans } from "./since.ts";

const route = getRouteApi("/inside/runs");

/** All runs, the newest first. */
export function RunList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const flows = useQuery(read("/api/v1/flows", {}));
  const states = listOf(search.state) as RunState[];
  const { items, error, refetch, refetching, more } = usePages("/api/v1/runs", {
    query: { flow: search.flow, event: search.event, state: states, since: sinceOf(search.since, new Date()) },
  });
  const set = (part: Partial<typeof search>) => {
    setSelected(new Set());
    void navigate({ search: { ...search, ...part }, replace: true });
  };
  const narrowed = Boolean(search.flow || search.state || search.since || search.event);
  return (
    <Page>
      <PageHeader title="Runs" lead="Each time a flow ran: what started it, what it did, how it ended." />
      <FilterBar end={<RunBulk runs={items} selected={selected} onDone={() => setSelected(new Set())} />}>
        <Combobox
          label="Flow"
          placeholder="All flows"
          className="!w-64 max-sm:!w-full"
          value={search.flow ?? ""}
          onChange={(flow) => set({ flow })}
          options={
            flows.data && [
              { value: "", label: "All flows" },
              ...flows.data.map((f) => ({ value: f.id, label: f.title, detail: f.folder.name })),
            ]
          }
        />
        <Select
          aria-label="State"
          className="!w-auto"
          value={search.state ?? ""}
          onChange={(e) => set({ state: e.target.value })}
          choices={[
            { value: "", label: "All states" },
            ...(Object.keys(runStates) as RunState[]).map((s) => ({ value: s, label: runStates[s].label })),
            { value: "queued,running,waiting", label: "Not ended" },
          ]}
        />
        <Select
          aria-label="Time"
          className="!w-auto"
          value={search.since ?? ""}
          onChange={(e) => set({ since: e.target.value })}
          choices={[{ value: "", label: "Any time" }, ...spans]}
        />
        {search.event && (
          <FilterChip name="Event" value={search.event.slice(0, 8)} onRemove={() => set({ event: undefined })} />
        )}
      </FilterBar>
      {error && !items ? (
        <Failed what="The runs could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <RunTable
          runs={items}
          more={more}
          selected={selected}
          onSelect={setSelected}
          onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {narrowed ? (
                <Empty
                  title="No run fits these filters"
                  action={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
                />
              ) : (
                <Empty
                  icon={<Play size={28} strokeWidth={1.5} />}
                  title="No flow has run yet"
                  action={
                    <Link to="/flows" className={buttonClass("primary")}>
                      Go to the flows
                    </Link>
                  }
                  link={
                    <Link to="/templates" className="text-accent hover:underline">
                      Choose a template
                    </Link>
                  }
                >
                  A flow runs when what starts it happens, or when somebody presses Run now.
                </Empty>
              )}
            </div>
          }
        />
      )}
    </Page>
  );
}
