import { clsx } from "clsx";
import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { Note } from "../../kit/Note.tsx";
import { Panel } from "../../kit/Page.tsx";
import { State } from "../../kit/State.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import { count } from "../../kit/time.ts";
import { leftWords, partOf, type Sync } from "./tenant.ts";

/** How the last reading of an org stands, in a line. */
export function SyncState({ sync: s }: { sync: Sync | undefined }) {
  if (!s) return <span className="text-faint">never read</span>;
  if (s.state === "running") {
    const part = partOf(s, s.growing);
    const far = part === undefined ? `${count(s.calls)} requests` : `${Math.floor(100 * part)} %`;
    return <State icon={LoaderCircle} tone="live" spin label={`Being read, ${far}`} />;
  }
  if (s.state === "failed") return <State icon={CircleX} tone="bad" label="Not read to the end" />;
  return <State icon={CircleCheck} label="Read" />;
}

/** A reading that runs, limit by limit; and why one failed. */
export function SyncProgress({ sync: s }: { sync: Sync | undefined }) {
  if (!s || s.state === "done") return null;
  if (s.state === "failed") {
    return (
      <Note tone="bad" title="The last reading did not come to its end">
        {s.error || "Okta did not answer."} What was read before stays. {s.endedAt && <Time at={s.endedAt} />}
      </Note>
    );
  }
  const left = leftWords(s);
  return (
    <section aria-label="The org is being read">
      <Panel>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 pt-2.5">
          <h2 className="text-base">The org is being read</h2>
          <span className="text-sm text-muted">
            {count(s.calls)} {s.growing ? "requests so far" : `of ${count(s.wanted)} requests`},{" "}
            <Duration from={s.startedAt} />
            {left && `; ${left}`}
          </span>
        </div>
        <Bar part={partOf(s, s.growing)} label="How far the reading is" className="mx-3 mt-2 mb-2.5" />
        {s.buckets.length > 0 && (
          <ul className="divide-y border-t">
            {s.buckets.map((b) => (
              <li key={b.bucket} className="flex flex-wrap items-baseline gap-x-4 px-3 py-1.5 text-sm">
                <span className="min-w-0 flex-1 basis-48 truncate font-mono text-xs" title={b.bucket}>
                  {b.bucket}
                </span>
                <span className="text-muted tabular-nums">
                  {count(b.calls)} of {count(b.wanted)}
                </span>
                <span className="w-28 text-right text-muted tabular-nums max-sm:text-left">
                  {b.waitsUntil && new Date(b.waitsUntil) > new Date() ? (
                    <>
                      waits, <Time at={b.waitsUntil} />
                    </>
                  ) : (
                    `${count(Math.round(b.callsPerMinute))}/min`
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
        <p className="border-t px-3 py-2 text-xs text-faint">
          You can leave: it goes on by itself, and keeps well below Okta's rate limits.
        </p>
      </Panel>
    </section>
  );
}

/** How far something is. Without a part, that it goes on. */
function Bar({ part, label, className }: { part: number | undefined; label: string; className?: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={part === undefined ? undefined : Math.floor(100 * part)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={clsx("h-1.5 overflow-hidden rounded-full bg-line", className)}
    >
      <div
        className={clsx("h-full bg-accent", part === undefined && "breathe")}
        style={{ width: part === undefined ? "100%" : `${100 * part}%` }}
      />
    </div>
  );
}
