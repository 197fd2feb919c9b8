import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { inOrder, timed, tookOf } from "../runs/overlay.tsx";
import { ended, RunStateMark, stepLook } from "../runs/runState.tsx";

type Run = components["schemas"]["Run"];

/** The flows that answered, card by card. */
export function RunColumn({ runs, watching }: { runs: Run[]; watching: boolean }) {
  if (runs.length === 0) {
    return (
      <div className="rounded-lg border bg-surface p-3">
        {watching ? (
          <div role="status" aria-label="Waiting for a flow" className="flex flex-col gap-2">
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="h-3.5 w-1/2" />
          </div>
        ) : (
          <p className="text-muted">
            No flow ran. Is one{" "}
            <Link to="/flows" className="text-accent underline">
              switched on
            </Link>{" "}
            that starts at one of these events?
          </p>
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      {runs.map((r) => (
        <RunSteps key={r.id} run={r} />
      ))}
    </div>
  );
}

const tones = {
  plain: "text-muted",
  quiet: "text-faint",
  live: "text-accent",
  warn: "text-warn",
  bad: "text-bad",
} as const;

function RunSteps({ run }: { run: Run }) {
  const detail = useQuery({
    ...read("/api/v1/runs/{id}", { path: { id: run.id } }),
    refetchInterval: (q) => (ended(q.state.data?.state ?? "queued") ? false : 700),
  });
  const state = detail.data?.state ?? run.state;
  return (
    <div className="overflow-clip rounded-lg border bg-surface">
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className="flex items-start justify-between gap-3 border-b bg-sunken px-3 py-2 hover:underline"
      >
        <span className="min-w-0 font-medium">{run.flow.name}</span>
        <span className="shrink-0">
          <RunStateMark state={state} />
        </span>
      </Link>
      <ol>
        {inOrder(timed(detail.data?.steps.items ?? [], detail.data?.actions ?? [])).map((s) => {
          const look = stepLook(s);
          return (
            <li key={s.path} className="arrive flex min-h-8 items-center gap-2 px-3 py-1 text-sm">
              <look.icon
                size={14}
                aria-label={look.label}
                className={clsx("shrink-0", tones[look.tone], look.spin && "animate-spin")}
              />
              <Link
                to="/runs/$id"
                params={{ id: run.id }}
                search={{ step: s.path }}
                className="min-w-0 flex-1 truncate hover:underline"
                title={s.error || s.reason}
              >
                {s.title}
              </Link>
              <span className="text-xs text-faint">{tookOf(s)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
