import { Fragment } from "react";
import { type FieldChange, valueWords } from "./fieldDiff.ts";

/** Fields that changed, each with what it was and what it is. */
export function FieldChanges({ changes }: { changes: FieldChange[] }) {
  return (
    <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[minmax(8rem,16rem)_minmax(0,1fr)]">
      {changes.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field may lose and gain
        <Fragment key={i}>
          <dt className="font-mono text-xs leading-5 wrap-anywhere text-muted">{c.path || "all of it"}</dt>
          <dd className="min-w-0 wrap-anywhere max-sm:pl-3">
            {c.change !== "added" && (
              <del className="rounded-sm bg-bad-soft px-1 text-bad no-underline">
                <span className="sr-only">was </span>
                {valueWords(c.before)}
              </del>
            )}
            {c.change === "changed" && <span aria-hidden> → </span>}
            {c.change !== "removed" && (
              <ins className="rounded-sm bg-accent-soft px-1 text-accent no-underline">
                <span className="sr-only">is </span>
                {valueWords(c.after)}
              </ins>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
