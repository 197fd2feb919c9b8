import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Input, Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Json } from "../../kit/Json.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { sinceOf, spans } from "../runs/since.ts";
import { Above } from "./Above.tsx";
import { type AuditEntry, actionWords, actorWords, verdict } from "./audit.ts";

const route = getRouteApi("/inside/settings/audit");

/** Who did what here, when and from where; and whether somebody has changed the record. */
export function AuditLog() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<AuditEntry>();
  const query = { q: search.q, outcome: search.outcome, since: sinceOf(search.since, new Date()) };
  const { items, error, refetch, refetching, more } = usePages("/api/v1/audit", { query });
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <Page>
      <PageHeader
        title="Audit log"
        above={<Above />}
        lead="Who did what, when and from where. Each entry holds the hash of the one before it, so that a change is found."
        actions={
          <Button icon={<Download size={14} />} onClick={() => window.location.assign("/api/v1/audit/ndjson")}>
            Export
          </Button>
        }
      />
      <Standing />
      <FilterBar>
        <Input
          aria-label="Search"
          placeholder="Who, what, whereto"
          className="!w-64 max-sm:!w-full"
          defaultValue={search.q ?? ""}
          onBlur={(e) => set({ q: e.target.value || undefined })}
          onKeyDown={(e) => e.key === "Enter" && set({ q: e.currentTarget.value || undefined })}
        />
        <Select
          aria-label="Outcome"
          className="!w-auto"
          value={search.outcome ?? ""}
          onChange={(e) => set({ outcome: e.target.value || undefined })}
          choices={[
            { value: "", label: "Any outcome" },
            { value: "ok", label: "Done" },
            { value: "denied", label: "Denied" },
            { value: "conflict", label: "Conflict" },
            { value: "invalid", label: "Invalid" },
            { value: "not_found", label: "Not found" },
          ]}
        />
        <Select
          aria-label="Time"
          className="!w-auto"
          value={search.since ?? ""}
          onChange={(e) => set({ since: e.target.value || undefined })}
          choices={[{ value: "", label: "Any time" }, ...spans]}
        />
      </FilterBar>
      {error && !items ? (
        <Failed what="The audit log could not be read." error={error} onRetry={refetch} retrying={refetching} />
      ) : (
        <DataTable<AuditEntry>
          label="Audit log"
          rows={items}
          rowKey={(e) => String(e.seq)}
          rowName={(e) => `Entry ${e.seq}`}
          onOpen={setOpen}
          more={more}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                title="Nothing fits these filters"
                action={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
              />
            </div>
          }
          columns={[
            { id: "at", title: "When", width: "150px", phone: "aside", cell: (e) => <Time at={e.at} /> },
            {
              id: "actor",
              title: "Who",
              width: "180px",
              cell: (e) => <span className="truncate">{actorWords(e)}</span>,
            },
            {
              id: "action",
              title: "What",
              phone: "title",
              cell: (e) => (
                <span className="flex min-w-0 items-center gap-2">
                  <span className="truncate font-medium">{actionWords(e.action)}</span>
                  {e.outcome !== "ok" && <Tag tone="warn">{e.outcome.replaceAll("_", " ")}</Tag>}
                </span>
              ),
            },
            {
              id: "object",
              title: "To what",
              from: 1024,
              cell: (e) => <code className="truncate font-mono text-xs text-muted">{e.object}</code>,
            },
            {
              id: "addr",
              title: "From",
              width: "130px",
              from: 768,
              cell: (e) => <span className="text-muted">{e.addr}</span>,
            },
          ]}
        />
      )}
      {open && <Entry entry={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

/** Whether the log is as it was written, and whether it reaches the collector. */
function Standing() {
  const state = useQuery({ ...read("/api/v1/audit/verify", {}), staleTime: 60_000, refetchOnWindowFocus: false });
  const stream = useQuery(read("/api/v1/audit/stream", {}));
  const said = state.data && verdict(state.data);
  const sent = stream.data;
  return (
    <div className="mb-3 flex flex-col gap-2">
      {state.isError && <Failed what="The audit log could not be verified." error={state.error} />}
      {said && (
        <Note
          tone={said.bad ? "bad" : "info"}
          action={
            <Button
              size="sm"
              icon={<ShieldCheck size={14} />}
              busy={state.isRefetching}
              onClick={() => void state.refetch()}
            >
              Verify again
            </Button>
          }
        >
          {said.text}
        </Note>
      )}
      {sent?.target && (
        <Note tone={sent.error ? "warn" : "info"}>
          {sent.error
            ? `${sent.waiting} entries wait to be sent to ${sent.target}: ${sent.error}.`
            : `It is sent to ${sent.target}; ${sent.waiting} entries wait.`}
        </Note>
      )}
    </div>
  );
}

function Entry({ entry: e, onClose }: { entry: AuditEntry; onClose: () => void }) {
  return (
    <Sheet open onClose={onClose} title={actionWords(e.action)} intro={<Time at={e.at} />}>
      <div className="flex flex-col gap-4">
        <Facts
          items={[
            ["Who", `${actorWords(e)} (${e.actor})`],
            ["What", e.action],
            ["To what", e.object || "nothing of its own"],
            ["Outcome", e.outcome],
            ["From", e.addr || "the server itself"],
            ["Request", e.requestId || "none"],
            ["Entry", String(e.seq)],
            [
              "Hash",
              <code key="hash" className="font-mono text-xs wrap-anywhere">
                {e.hash}
              </code>,
            ],
            [
              "Hash of the one before",
              <code key="prev" className="font-mono text-xs wrap-anywhere">
                {e.prev || "none"}
              </code>,
            ],
          ]}
        />
        <Json value={e.detail} label="detail" />
      </div>
    </Sheet>
  );
}
