import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Section } from "../../kit/Page.tsx";
import { State } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { type Collection, counts, countWords, lookOf, wholly, worstFirst } from "./coverage.ts";
import { collectionName } from "./kinds.ts";

/** What was read, how much of it was seen, and why not all was. What is missing comes first. */
export function CoverageTable({ collections }: { collections: Collection[] }) {
  const [all, setAll] = useState(false);
  const missing = collections.filter((c) => !wholly(c));
  const rows = worstFirst(all ? collections : missing);
  return (
    <Section
      title="How much is seen"
      aside={
        <Button look="quiet" size="sm" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? `Only what is missing (${missing.length})` : `All ${counted(collections.length, "collection")}`}
        </Button>
      }
    >
      <DataTable<Collection>
        label="How much is seen"
        rows={rows}
        columns={columns}
        rowKey={(c) => c.name}
        rowName={(c) => collectionName(c.name)}
        empty={
          <div className="rounded-lg border bg-surface">
            <Empty title="All of it is seen">
              Whatever the org has of {counted(collections.length, "collection")} was read in whole.
            </Empty>
          </div>
        }
      />
    </Section>
  );
}

const columns: Column<Collection>[] = [
  {
    id: "name",
    title: "Collection",
    phone: "title",
    width: "30%",
    cell: (c) => <span title={c.name}>{collectionName(c.name)}</span>,
  },
  {
    id: "seen",
    title: "Seen",
    width: "140px",
    phone: "aside",
    cell: (c) => {
      const l = lookOf(c);
      return <State icon={l.icon} tone={l.tone} label={l.label} />;
    },
  },
  {
    id: "count",
    title: "Count",
    width: "96px",
    right: true,
    named: true,
    cell: (c) => (counts(c) ? countWords(c) : ""),
  },
  {
    id: "said",
    title: "Why not all",
    from: 768,
    cell: (c) => (
      <span title={c.said} className="text-muted">
        {c.said}
      </span>
    ),
  },
  {
    id: "at",
    title: "Read in whole",
    width: "116px",
    from: 1536,
    named: true,
    cell: (c) => (c.fullAt ? <Time at={c.fullAt} /> : <span className="text-faint">never</span>),
  },
];
