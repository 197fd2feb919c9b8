import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleHelp, CircleX, ListChecks, Server } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Section } from "../../kit/Page.tsx";
import { State, Tag } from "../../kit/State.tsx";
import { Time, useNow } from "../../kit/Time.tsx";
import { Above } from "./Above.tsx";
import { holds, isSlow, kindName, type NodeOf, type QueueOf, remarks } from "./nodes.ts";

const states = {
  running: { icon: CircleCheck, tone: "plain", label: "Running" },
  silent: { icon: CircleHelp, tone: "warn", label: "Silent" },
  gone: { icon: CircleX, tone: "quiet", label: "Gone" },
} as const;

/** How often the figures are read anew while the page is looked at. */
const every = 3000;

/** The servers that share the work, and what of it waits. */
export function Nodes() {
  const got = useQuery({ ...read("/api/v1/nodes", {}), refetchInterval: every });
  const now = useNow();
  const all = got.data;
  return (
    <Page>
      <PageHeader
        title="Nodes and queues"
        above={<Above />}
        lead="The servers that work on this database, and what waits for them. All organizations share them; the figures are read anew every few seconds."
      />
      <div className="flex flex-col gap-6">
        {got.isError && (
          <Failed
            what="The servers could not be listed."
            error={got.error}
            onRetry={() => void got.refetch()}
            retrying={got.isRefetching}
          />
        )}
        {all &&
          remarks(all, now.getTime()).map((text) => (
            <Note key={text} tone="warn" title="Worth a look">
              {text}
            </Note>
          ))}
        {(all || !got.isError) && (
          <>
            <Section title="Servers" aside={all && (all.database === "sqlite" ? "SQLite: one server" : "PostgreSQL")}>
              <Servers rows={all?.nodes} />
            </Section>
            <Section title="Queue">
              <Waiting rows={all?.queue} now={now.getTime()} />
            </Section>
          </>
        )}
      </div>
    </Page>
  );
}

function Servers({ rows }: { rows?: NodeOf[] }) {
  return (
    <DataTable<NodeOf>
      label="Servers"
      rows={rows}
      rowKey={(n) => n.id}
      rowName={(n) => n.host}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty icon={<Server size={28} strokeWidth={1.5} />} title="No server has said that it lives">
            Each does every five seconds. One that started just now shows in a moment.
          </Empty>
        </div>
      }
      columns={[
        {
          id: "host",
          title: "Server",
          phone: "title",
          cell: (n) => (
            <span className="flex min-w-0 items-center gap-2">
              <span className="truncate font-medium" title={`${n.host}, ${n.addr}, ${n.id}`}>
                {n.host}
              </span>
              {n.answers && <Tag title="The server that this page came from">answers here</Tag>}
            </span>
          ),
        },
        { id: "state", title: "State", width: "110px", cell: (n) => <State {...states[n.state]} /> },
        { id: "addr", title: "Address", width: "150px", cell: (n) => <span className="truncate">{n.addr}</span> },
        { id: "version", title: "Version", width: "100px", named: true, cell: (n) => n.version },
        {
          id: "started",
          title: "Started",
          width: "100px",
          named: true,
          cell: (n) => <Time at={n.startedAt} />,
        },
        {
          id: "seen",
          title: "Last seen",
          width: "100px",
          named: true,
          cell: (n) => <Time at={n.seenAt} />,
        },
        { id: "workers", title: "Runs at once", width: "110px", right: true, named: true, cell: (n) => n.workers },
        {
          id: "holds",
          title: "Reads and does",
          width: "22%",
          cell: (n) => {
            const text = holds(n).join(", ");
            return text ? (
              <span className="block truncate" title={text}>
                {text}
              </span>
            ) : (
              <span className="text-faint">nothing</span>
            );
          },
        },
      ]}
    />
  );
}

function Waiting({ rows, now }: { rows?: QueueOf[]; now: number }) {
  const number = (id: keyof QueueOf & string, title: string, bad = false) => ({
    id,
    title,
    width: "100px",
    right: true,
    named: true,
    cell: (q: QueueOf) => {
      const n = Number(q[id]);
      return <span className={n === 0 ? "text-faint" : bad ? "text-bad" : undefined}>{n.toLocaleString()}</span>;
    },
  });
  return (
    <DataTable<QueueOf>
      label="Queue"
      rows={rows}
      rowKey={(q) => `${q.kind}/${q.priority}`}
      rowName={(q) => `${kindName(q.kind)}, priority ${q.priority}`}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty icon={<ListChecks size={28} strokeWidth={1.5} />} title="Nothing waits">
            Flow runs, notifications, letters and remediation plans stand here from when they are due until they are
            done.
          </Empty>
        </div>
      }
      columns={[
        {
          id: "kind",
          title: "Work",
          phone: "title",
          cell: (q) => <span className="font-medium">{kindName(q.kind)}</span>,
        },
        { id: "priority", title: "Priority", width: "90px", right: true, named: true, cell: (q) => q.priority },
        number("waiting", "Waiting"),
        number("running", "Running"),
        number("later", "For later"),
        number("failing", "Failing", true),
        number("dropped", "Given up", true),
        {
          id: "oldest",
          title: "Oldest waiting",
          width: "160px",
          named: true,
          cell: (q) =>
            q.oldest ? (
              <span className={isSlow(q, now) ? "text-warn" : undefined}>
                <Time at={q.oldest} />
              </span>
            ) : (
              <span className="text-faint">none</span>
            ),
        },
      ]}
    />
  );
}
