import { useMemo } from "react";
import { type DiffLine, diffLines } from "../../kit/diff.ts";

const around = 3;

/** What changes from one text to another; what stays the same is shown only around it. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const parts = useMemo(() => shorten(diffLines(before, after)), [before, after]);
  if (parts.every((p) => p === null || p.kind === "same"))
    return <p className="text-sm text-muted">They are the same.</p>;
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-lg border bg-surface py-2 font-mono text-xs leading-5"
    >
      {parts.map((p, i) =>
        p === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <div key={i} className="my-1 border-y border-dashed px-3 text-faint">
            …
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <Line key={i} line={p} />
        ),
      )}
    </section>
  );
}

const looks = { same: "", gone: "bg-bad-soft text-bad", new: "bg-accent-soft text-accent" };
const marks = { same: " ", gone: "−", new: "+" };
const words = { same: "", gone: "removed: ", new: "added: " };

function Line({ line: l }: { line: DiffLine }) {
  return (
    <div className={`flex ${looks[l.kind]}`}>
      <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-faint select-none">
        {l.after ?? l.before}
      </span>
      <span aria-hidden className="w-4 shrink-0 select-none">
        {marks[l.kind]}
      </span>
      <span className="pr-4 whitespace-pre">
        <span className="sr-only">{words[l.kind]}</span>
        {l.text || " "}
      </span>
    </div>
  );
}

/** The lines that changed with some around them; null where lines are left out. */
function shorten(lines: DiffLine[]): (DiffLine | null)[] {
  const near = (i: number) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.kind !== "same");
  const out: (DiffLine | null)[] = [];
  lines.forEach((l, i) => {
    if (near(i)) out.push(l);
    else if (out.at(-1) !== null) out.push(null);
  });
  return out;
}
