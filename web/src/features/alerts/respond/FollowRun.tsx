import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../../api/Failed.tsx";
import { sentence } from "../../../api/failure.ts";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button, buttonClass } from "../../../kit/Button.tsx";
import { Note } from "../../../kit/Note.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { Duration } from "../../../kit/Time.tsx";
import type { RunDetail } from "../../runs/run.ts";
import { ended, RunStateMark, StepStateMark } from "../../runs/runState.tsx";
import type { AlertDetail } from "../alert.ts";
import type { Response } from "./response.ts";
import { useRespond } from "./useRespond.ts";

type Run = components["schemas"]["Run"];

/** A response as it runs, card by card, and how it ended. After a dry run it can be done. */
export function FollowRun({
  alert: a,
  response,
  run,
  onRun,
  onClose,
}: {
  alert: AlertDetail;
  response: Response;
  run: Run;
  onRun: (run: Run) => void;
  onClose: () => void;
}) {
  const detail = useQuery({
    ...read("/api/v1/runs/{id}", { path: { id: run.id } }),
    refetchInterval: (q) => (q.state.data && ended(q.state.data.state) ? false : 700),
  });
  const real = useRespond(a.id, response.flow.id, onRun);
  const r = detail.data;
  const over = r !== undefined && ended(r.state);
  const takes = response.kind !== "alert" && response.kind !== "event";
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1" aria-live="polite">
        <RunStateMark state={r?.state ?? run.state} strong />
        <span className="text-sm text-muted">
          {run.dryRun ? "Dry run: nothing is changed, nobody is told" : "For real"}
          {r?.startedAt && (
            <>
              , <Duration from={r.startedAt} to={r.endedAt} />
            </>
          )}
        </span>
      </div>
      {detail.isError && <Failed what="The run could not be read." error={detail.error} />}
      {!r && !detail.isError && <SkeletonLines lines={4} />}
      {r?.error && <Note tone="bad">{sentence(r.error)}</Note>}
      {r && <Cards run={r} />}
      {over && run.dryRun && <Would run={r} />}
      {real.isError && <Failed what="The flow was not run." error={real.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Link to="/runs/$id" params={{ id: run.id }} className={buttonClass("quiet")}>
          Open the run
        </Link>
        {over && run.dryRun ? (
          <Button
            look="primary"
            busy={real.isPending}
            onClick={() =>
              real.mutate({ dryRun: false, inputs: takes ? ((r.input ?? {}) as Record<string, unknown>) : {} })
            }
          >
            Do it for real
          </Button>
        ) : (
          <Button look={over ? "primary" : "plain"} onClick={onClose}>
            {over ? "Done" : "Close, it goes on"}
          </Button>
        )}
      </div>
    </div>
  );
}

function Would({ run: r }: { run: RunDetail }) {
  const n = r.steps.items.filter((s) => s.state === "dry_run").length;
  return (
    <Note>
      {n === 0
        ? "It would do nothing outside."
        : `${n === 1 ? "One card" : `${n} cards`} would act outside. The run shows the exact requests.`}
    </Note>
  );
}

function Cards({ run: r }: { run: RunDetail }) {
  return (
    <ol aria-label="Cards" className="divide-y rounded-md border empty:hidden">
      {r.steps.items.map((s) => (
        <li key={s.path} className="flex flex-wrap items-baseline justify-between gap-x-3 px-3 py-1.5">
          <Link
            to="/runs/$id"
            params={{ id: r.id }}
            search={{ step: s.path }}
            className="min-w-0 flex-1 truncate hover:underline"
          >
            {s.title}
          </Link>
          <span className="text-sm">
            <StepStateMark step={s} />
          </span>
          {(s.error || (s.state === "refused" && s.reason)) && (
            <span className="w-full text-sm wrap-anywhere text-bad">{s.error || s.reason}</span>
          )}
        </li>
      ))}
    </ol>
  );
}
