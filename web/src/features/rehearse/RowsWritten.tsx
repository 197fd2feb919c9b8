import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Table2 } from "lucide-react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Moment } from "./Moment.tsx";

type Run = components["schemas"]["Run"];

/** The rows that runs have written to tables. */
export function RowsWritten({ runs }: { runs: Run[] }) {
  const details = useQueries({ queries: runs.map((r) => read("/api/v1/runs/{id}", { path: { id: r.id } })) });
  const steps = details.flatMap((d) =>
    (d.data?.steps.items ?? [])
      .filter((s) => s.kind === "table" && s.state === "done" && /create_row$/.test(s.use ?? ""))
      .map((s) => ({ run: d.data?.id ?? "", ...s })),
  );
  return steps.map((s) => (
    <article key={s.run + s.path} className="arrive overflow-clip rounded-lg border bg-surface">
      <header className="flex items-center gap-2 border-b px-3 py-2 text-sm">
        <Table2 size={14} aria-label="Row" className="shrink-0 text-muted" />
        <Link
          to="/runs/$id"
          params={{ id: s.run }}
          search={{ step: s.path }}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {s.title}
        </Link>
      </header>
      <dl className="px-3 py-1.5 text-sm">
        {preview(s.input).map(([name, value]) => (
          <div key={name} className="flex gap-3">
            <dt className="w-28 shrink-0 truncate text-muted">{name}</dt>
            <dd className="min-w-0 flex-1 truncate" title={value}>
              <Moment text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </article>
  ));
}

const most = 5;

/** The short values of a row. */
function preview(input: unknown): [string, string][] {
  if (typeof input !== "object" || input === null) return [];
  return Object.entries(input)
    .filter((e): e is [string, string] => typeof e[1] === "string" && e[1].length < 200)
    .slice(0, most);
}
