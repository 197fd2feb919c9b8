import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Plus, Workflow } from "lucide-react";
import { useMemo, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column, Sort } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { RunStateMark } from "../runs/runState.tsx";
import { useCan } from "../session/session.ts";
import { FlowBulk } from "./FlowBulk.tsx";
import { FlowSwitch } from "./FlowSwitch.tsx";
import { filterFlows, flowSorts, triggerWords } from "./flowWords.ts";
import { ExportFlows } from "./import/ExportFlows.tsx";
import { ImportFlows } from "./import/ImportFlows.tsx";
import { NewFlow } from "./NewFlow.tsx";

type Flow = components["schemas"]["Flow"];

const route = getRouteApi("/inside/flows");

/** All flows: what starts them, whether they are on, how they go. */
export function FlowList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const flows = useQuery(read("/api/v1/flows", {}));
  const folders = useQuery(read("/api/v1/folders", {}));
  const sort = sortOf(search.sort);
  const rows = useMemo(() => {
    if (!flows.data) return undefined;
    const order = flowSorts[sort.by as keyof typeof flowSorts] ?? flowSorts.folder;
    const list = filterFlows(flows.data, search).toSorted(order);
    return sort.down ? list.reverse() : list;
  }, [flows.data, search, sort.by, sort.down]);
  const canWrite = useCan("flows:write");
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const set = (part: Partial<typeof search>) => {
    if (!("sort" in part)) setSelected(new Set());
    void navigate({ search: { ...search, ...part }, replace: true });
  };
  const [beginning, setBeginning] = useState(false);
  useKeys([{ keys: "n", label: "New flow", group: "Lists", run: () => setBeginning(true) }]);
  const narrowed = Boolean(search.q || search.folder || search.show);
  return (
    <Page>
      <PageHeader
        title="Flows"
        lead="What Sallyport does when something happens."
        actions={
          <>
            {search.folder && <ExportFlows of="folders" id={search.folder} />}
            <ImportFlows />
            <Add onNew={() => setBeginning(true)} />
          </>
        }
      />
      <FilterBar
        end={
          selected.size > 0 ? (
            <FlowBulk flows={rows} selected={selected} onDone={() => setSelected(new Set())} />
          ) : (
            rows && flows.data && counted(rows.length, "flow")
          )
        }
      >
        <SearchBox label="Search flows" value={search.q ?? ""} onChange={(q) => set({ q })} />
        <Select
          aria-label="Folder"
          className="!w-auto max-w-56"
          value={search.folder ?? ""}
          choices={[
            { value: "", label: "All folders" },
            ...(folders.data ?? []).map((f) => ({ value: f.id, label: f.name })),
          ]}
          onChange={(e) => set({ folder: e.target.value })}
        />
        <Select
          aria-label="State"
          className="!w-auto"
          value={search.show ?? ""}
          choices={[
            { value: "", label: "On and off" },
            { value: "on", label: "On" },
            { value: "off", label: "Off" },
            { value: "failing", label: "Failed in 24 h" },
          ]}
          onChange={(e) => set({ show: e.target.value })}
        />
      </FilterBar>
      {flows.isError ? (
        <Failed
          what="The flows could not be read."
          error={flows.error}
          onRetry={() => void flows.refetch()}
          retrying={flows.isRefetching}
        />
      ) : (
        <DataTable<Flow>
          label="Flows"
          columns={search.folder ? withoutFolder : columns}
          rows={rows}
          rowKey={(f) => f.id}
          rowName={(f) => f.title}
          onOpen={(f) => void navigate({ to: "/flows/$id", params: { id: f.id } })}
          selected={canWrite ? selected : undefined}
          onSelect={canWrite ? setSelected : undefined}
          sort={sort}
          onSort={(s) => set({ sort: (s.down ? "-" : "") + s.by })}
          empty={narrowed ? <NothingFits onClear={() => void navigate({ search: {} })} /> : <NoFlows />}
        />
      )}
      {beginning && <NewFlow folder={search.folder} onClose={() => setBeginning(false)} />}
    </Page>
  );
}

function sortOf(text: string | undefined): Sort {
  if (!text) return { by: "folder", down: false };
  return text.startsWith("-") ? { by: text.slice(1), down: true } : { by: text, down: false };
}

const columns: Column<Flow>[] = [
  { id: "on", title: "On", width: "64px", cell: (f) => <FlowSwitch flow={f} />, phone: "aside" },
  {
    id: "title",
    title: "Flow",
    sort: true,
    phone: "title",
    cell: (f) => (
      <span className="flex items-center gap-2">
        <Link
          to="/flows/$id"
          params={{ id: f.id }}
          title={f.title}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {f.title}
        </Link>
        {f.version === 0 ? (
          <Tag tone="warn">Draft only</Tag>
        ) : (
          f.draft && <Tag title="There are changes that are not published">Draft</Tag>
        )}
      </span>
    ),
  },
  {
    id: "trigger",
    title: "Starts when",
    width: "22%",
    from: 768,
    cell: (f) =>
      f.trigger?.kind === "event" ? (
        <code className="font-mono text-xs text-muted" title={f.trigger.events?.join("\n")}>
          {triggerWords(f.trigger)}
        </code>
      ) : (
        <span
          className={f.trigger ? "text-muted" : "text-bad"}
          title={[triggerWords(f.trigger), f.trigger?.cron].filter(Boolean).join("\n")}
        >
          {triggerWords(f.trigger)}
        </span>
      ),
  },
  {
    id: "folder",
    title: "Folder",
    width: "15%",
    sort: true,
    from: 1024,
    phone: "none",
    cell: (f) => <span className="text-muted">{f.folder.name}</span>,
  },
  {
    id: "last",
    title: "Last run",
    width: "200px",
    sort: true,
    cell: (f) =>
      f.lastRun ? (
        <Link
          to="/runs/$id"
          params={{ id: f.lastRun.id }}
          className="inline-flex max-w-full items-center gap-2 align-middle hover:underline"
        >
          <RunStateMark state={f.lastRun.state} />
          <span className="text-faint">
            <Time at={f.lastRun.createdAt} />
          </span>
        </Link>
      ) : (
        <span className="text-faint">Never</span>
      ),
  },
  {
    id: "runs",
    title: "24 h",
    width: "128px",
    right: true,
    sort: true,
    phone: "none",
    cell: (f) =>
      f.day.runs === 0 ? (
        <span className="text-faint">0</span>
      ) : (
        <Link to="/runs" search={{ flow: f.id, since: "24h" }} className="hover:underline">
          {f.day.runs}
          {f.day.failed > 0 && <span className="text-bad"> · {f.day.failed} failed</span>}
        </Link>
      ),
  },
];

/** Where all are of one folder, its name says nothing, and the titles have its room. */
const withoutFolder = columns.filter((c) => c.id !== "folder");

function Add({ onNew }: { onNew: () => void }) {
  const install = useCan("templates:install");
  const write = useCan("flows:write");
  return (
    <>
      {write && (
        <Button icon={<Plus size={14} />} onClick={onNew}>
          New flow
        </Button>
      )}
      {install && (
        <Link to="/templates" className={buttonClass("primary")}>
          Add from a template
        </Link>
      )}
    </>
  );
}

function NoFlows() {
  return (
    <div className="rounded-lg border bg-surface">
      <Empty
        icon={<Workflow size={28} strokeWidth={1.5} />}
        title="There are no flows yet"
        action={
          <Link to="/templates" className={buttonClass("primary")}>
            Choose a template
          </Link>
        }
        link={
          <Link to="/connections" className="text-accent hover:underline">
            Set up a connection first
          </Link>
        }
      >
        A flow says what to do when something happens in Okta: clear sessions, reset a password, tell the security
        channel. A template is one that is ready to use.
      </Empty>
    </div>
  );
}

function NothingFits({ onClear }: { onClear: () => void }) {
  return (
    <div className="rounded-lg border bg-surface">
      <Empty title="No flow fits these filters" action={<Button onClick={onClear}>Clear the filters</Button>} />
    </div>
  );
}
