import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { count } from "../../kit/time.ts";
import { cellText, csvOf, sorted } from "./sql.ts";

type Answer = components["schemas"]["SQLAnswer"];

/** Above so many rows only the first are drawn; the CSV has them all. */
const drawn = 1_000;

/** What a question was answered with: sorted as one likes, and to be taken away as CSV. */
export function AnswerTable({ answer, name }: { answer: Answer; name: string }) {
  const [by, setBy] = useState<{ column: number; down: boolean }>();
  const rows = useMemo(
    () => (by ? sorted(answer.rows as unknown[][], by.column, by.down) : (answer.rows as unknown[][])),
    [answer, by],
  );
  return (
    <>
      {answer.notes.map((n) => (
        <Note key={n}>{n}</Note>
      ))}
      {answer.truncated && (
        <Note tone="warn" title="There is more">
          Only the first {count(rows.length)} rows came. Ask for less, or have them counted.
        </Note>
      )}
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <span role="status">
          {count(rows.length)} {rows.length === 1 ? "row" : "rows"} in {count(answer.tookMs)} ms
        </span>
        {rows.length > drawn && <span>The first {count(drawn)} are shown.</span>}
        {rows.length > 0 && (
          <Button
            size="sm"
            icon={<Download size={14} />}
            onClick={() => save(`${name}.csv`, csvOf(answer.columns, rows))}
          >
            CSV
          </Button>
        )}
      </div>
      {rows.length === 0 ? (
        <div className="rounded-lg border bg-surface">
          <Empty title="Nothing">No row fits the question.</Empty>
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section aria-label="Rows" tabIndex={0} className="max-h-[70dvh] overflow-auto rounded-lg border bg-surface">
          <table className="w-max min-w-full border-separate border-spacing-0 text-sm">
            <thead>
              <tr>
                {answer.columns.map((c, i) => {
                  const on = by?.column === i;
                  return (
                    <th
                      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; names may be the same
                      key={i}
                      scope="col"
                      aria-sort={on ? (by.down ? "descending" : "ascending") : undefined}
                      className="sticky top-0 border-b bg-sunken p-0 text-left text-xs font-medium text-muted"
                    >
                      <button
                        type="button"
                        title={c.type}
                        className="w-full px-3 py-1.5 text-left hover:text-ink"
                        onClick={() => setBy({ column: i, down: on ? !by.down : false })}
                      >
                        {c.name}
                        {on && <span aria-hidden>{by.down ? " ↓" : " ↑"}</span>}
                      </button>
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, drawn).map((r, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
                <tr key={n} className="hover:bg-hover">
                  {r.map((v, i) => (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                      key={i}
                      title={cellText(v)}
                      className={`max-w-96 truncate border-t border-line px-3 py-1.5 ${typeof v === "number" ? "text-right tabular-nums" : ""}`}
                    >
                      {v === null ? <span className="text-faint">null</span> : cellText(v)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
