import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
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
import { sinceOf, spans } from "../runs/since.ts";
import { ActivityTable } from "./ActivityTable.tsx";
import { type ActionState, actionStates } from "./actionState.tsx";

const route = getRouteApi("/inside/activity");

/** The ledger: every change that was made, tried or refused, and the way back. */
export function ActivityList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const flows = useQuery(read("/api/v1/flows", {}));
  const states = listOf(search.state) as ActionState[];
  const { items, error, refetch, refetching, more } = usePages("/api/v1/actions", {
    query: {
      flow: search.flow,
      run: search.run,
      target: search.target,
      state: states,
      since: sinceOf(search.since, new Date()),
    },
  });
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const narrowed = Object.values(search).some(Boolean);
  const target = items?.find((a) => a.target?.id === search.target)?.target;
  return (
    <Page>
      <PageHeader
        title="Actions"
        lead="Every change that was made in a tenant, tried or refused: by which flow, to whom, and the way back."
      />
      <FilterBar>
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
            ...(Object.keys(actionStates) as ActionState[]).map((s) => ({ value: s, label: actionStates[s].label })),
          ]}
        />
        <Select
          aria-label="Time"
          className="!w-auto"
          value={search.since ?? ""}
          onChange={(e) => set({ since: e.target.value })}
          choices={[{ value: "", label: "Any time" }, ...spans]}
        />
        {search.target && (
          <FilterChip name="To" value={target?.name || search.target} onRemove={() => set({ target: undefined })} />
        )}
        {search.run && <FilterChip name="Run" value={search.run.slice(-8)} onRemove={() => set({ run: undefined })} />}
      </FilterBar>
      {error && !items ? (
        <Failed what="The ledger could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <ActivityTable
          actions={items}
          more={more}
          onOpen={(a) => void navigate({ to: "/activity/$id", params: { id: a.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {narrowed ? (
                <Empty
                  title="Nothing fits these filters"
                  action={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
                />
              ) : (
                <Empty
                  icon={<ScrollText size={28} strokeWidth={1.5} />}
                  title="Nothing was changed yet"
                  action={
                    <Link to="/flows" className={buttonClass("primary")}>
                      Go to the flows
                    </Link>
                  }
                  link={
                    <Link to="/settings/guard" className="text-accent hover:underline">
                      See what the guard allows
                    </Link>
                  }
                >
                  When a flow clears a session, resets a password or suspends somebody, it is written down here before
                  it is done.
                </Empty>
              )}
            </div>
          }
        />
      )}
    </Page>
  );
}
