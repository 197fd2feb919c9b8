import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed } from "../../../api/Failed.tsx";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { DataTable } from "../../../kit/DataTable.tsx";
import { Empty } from "../../../kit/Empty.tsx";
import { Note } from "../../../kit/Note.tsx";
import { Panel, Section } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { State } from "../../../kit/State.tsx";
import type { Column } from "../../../kit/table.ts";
import { counted } from "../../../kit/time.ts";
import { lookOf, wholly, worstFirst } from "../coverage.ts";

type Coverage = components["schemas"]["Coverage"];
type Area = Coverage & { truncated: false };

const title = "What this credential sees";

/** What a connection sees of its org, asked area by area. */
export function ConnectionSees({ connection }: { connection: string }) {
  const sees = useQuery({
    ...read("/api/v1/connections/{id}/coverage", { path: { id: connection } }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (sees.data) return <Sees coverage={sees.data} />;
  return (
    <Section title={title}>
      {sees.isError ? (
        <Failed
          what="It could not be looked what it sees."
          error={sees.error}
          onRetry={() => void sees.refetch()}
          retrying={sees.isRefetching}
        />
      ) : (
        <Panel className="p-3">
          <p className="mb-2 text-sm text-muted" role="status">
            It works, and is kept. Okta is asked what it may see, by one request for each of about fifty areas.
          </p>
          <SkeletonLines lines={6} />
        </Panel>
      )}
    </Section>
  );
}

/** What a credential sees of an org, and what not, which comes first. */
export function Sees({ coverage }: { coverage: Coverage[] }) {
  const [all, setAll] = useState(false);
  const areas: Area[] = coverage.map((c) => ({ ...c, truncated: false }));
  const missing = areas.filter((c) => !wholly(c));
  const people = areas.find((c) => c.id === "users");
  return (
    <Section
      title={title}
      aside={
        <Button look="quiet" size="sm" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? `Only what is missing (${missing.length})` : `All ${counted(areas.length, "area")}`}
        </Button>
      }
    >
      <p className="mb-3 text-muted">{summary(areas)}</p>
      {people && !wholly(people) && (
        <div className="mb-3">
          <Note tone="bad" title="It sees nobody">
            {people.said} Without people there is no inventory: give it its role or its scopes, and come back.
          </Note>
        </div>
      )}
      <DataTable<Area>
        label={title}
        rows={worstFirst(all ? areas : missing)}
        columns={columns}
        rowKey={(c) => c.id}
        rowName={(c) => c.title}
        empty={
          <div className="rounded-lg border bg-surface">
            <Empty title="It sees all of it">Nothing that an inventory is made from is hidden from it.</Empty>
          </div>
        }
      />
    </Section>
  );
}

function summary(areas: Area[]): string {
  const of = (...visible: Coverage["visible"][]) => areas.filter((c) => visible.includes(c.visible)).length;
  const parts = [
    `Of ${counted(areas.length, "area")} it sees ${of("full")}`,
    of("partial") && `${of("partial")} in part`,
    of("denied") && `${of("denied")} it may not`,
    of("absent") && `${of("absent")} the org does not have`,
    of("unknown") && `of ${of("unknown")} it cannot be told`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

const columns: Column<Area>[] = [
  {
    id: "title",
    title: "Area",
    phone: "title",
    width: "28%",
    cell: (c) => <span title={c.why}>{c.title}</span>,
  },
  {
    id: "seen",
    title: "Seen",
    width: "150px",
    phone: "aside",
    cell: (c) => {
      const l = lookOf(c);
      return <State icon={l.icon} tone={l.tone} label={l.label} />;
    },
  },
  {
    id: "said",
    title: "What was found",
    cell: (c) => (
      <span title={c.said} className="text-muted">
        {c.said}
      </span>
    ),
  },
  {
    id: "missing",
    title: "Scope that is missing",
    width: "20%",
    from: 1024,
    cell: (c) => c.missing && <code className="font-mono text-xs">{c.missing}</code>,
  },
];
