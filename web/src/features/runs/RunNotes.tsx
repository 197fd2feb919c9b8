import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import { firstToSee } from "./overlay.tsx";
import type { RunDetail } from "./run.ts";
import { ended } from "./runState.tsx";

const route = getRouteApi("/inside/runs/$id");

/** What is to be known before one looks at the cards. */
export function RunNotes({ run: r }: { run: RunDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const culprit = firstToSee(r.steps.items);
  const jump = culprit && search.step !== culprit.path && (
    <Button size="sm" onClick={() => void navigate({ search: { ...search, step: culprit.path }, replace: true })}>
      Show the card
    </Button>
  );
  return (
    <div className="mb-4 flex flex-col gap-2 empty:hidden">
      {r.dryRun && <DryRun run={r} />}
      {r.state === "failed" && (
        <Note tone="bad" title="The run failed" action={jump}>
          <span className="whitespace-pre-line">{r.error || "It does not say why."}</span>
        </Note>
      )}
      {r.state === "waiting" && (
        <Note title="The run waits" action={jump}>
          {r.reason || "It goes on by itself."}{" "}
          {r.wakeAt && (
            <>
              It goes on <Time at={r.wakeAt} />.
            </>
          )}
        </Note>
      )}
      {r.state === "stopped" && <Note title="The run was ended by a card">{r.reason}</Note>}
      {r.cancelling && <Note title="The run is being cancelled">It ends before its next card.</Note>}
      {r.state !== "failed" && r.refused > 0 && (
        <Note
          tone="warn"
          title={r.refused === 1 ? "The guard refused an action" : `The guard refused ${r.refused} actions`}
          action={jump}
        >
          The policy forbids it; the reason stands at the card.{" "}
          <Link to="/settings/guard" className="underline">
            Guard policy
          </Link>
        </Note>
      )}
      {r.unknown > 0 && (
        <Note
          tone="warn"
          title={
            r.unknown === 1
              ? "Nobody knows whether one action happened"
              : `Nobody knows whether ${r.unknown} actions happened`
          }
          action={jump}
        >
          No answer came that says. Look in the tenant before you run it again.
        </Note>
      )}
      {r.retryOf && (
        <Note title="This run repeats another">
          <Link to="/runs/$id" params={{ id: r.retryOf }} className="underline">
            Show the run before
          </Link>
        </Note>
      )}
    </div>
  );
}

/** A dry run has shown what would happen; from here it can be done. */
function DryRun({ run: r }: { run: RunDetail }) {
  const can = useCan("flows:run");
  const navigate = useNavigate();
  const real = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/flows/{id}/run", {
        path: { id: r.flow.id },
        body: r.event ? { event: r.event.uuid } : { inputs: (r.input ?? {}) as Record<string, unknown> },
      }),
    onSuccess: (made) => {
      void stale("/api/v1/runs", "/api/v1/flows");
      void navigate({ to: "/runs/$id", params: { id: made.id } });
    },
  });
  const n = r.steps.items.filter((s) => s.state === "dry_run").length;
  const repeatable = r.event !== undefined || r.dataKept;
  return (
    <>
      <Note
        title="This is a dry run: nothing was changed and nobody was told"
        action={
          can &&
          ended(r.state) &&
          repeatable &&
          r.flow.name && (
            <Button look="primary" busy={real.isPending} onClick={() => real.mutate()}>
              Do it for real
            </Button>
          )
        }
      >
        {n === 0
          ? "No card would act outside."
          : `${n === 1 ? "One card" : `${n} cards`} would act outside. Each shows the exact request.`}
      </Note>
      {real.isError && <Failed what="The flow was not run." error={real.error} />}
    </>
  );
}
