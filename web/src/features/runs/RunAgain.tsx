import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import type { RunDetail } from "./run.ts";

/** Runs a flow again with what a run was started with, and says first what the run did. */
export function RunAgain({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const navigate = useNavigate();
  const leave = (id: string) => {
    void stale("/api/v1/runs", "/api/v1/timeline");
    onClose();
    void navigate({ to: "/runs/$id", params: { id }, search: {} });
  };
  const again = useMutation({
    mutationFn: () => call("post", "/api/v1/runs/{id}/again", { path: { id: run.id } }),
    onSuccess: (r) => leave(r.id),
  });
  const look = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/flows/{id}/run", {
        path: { id: run.flow.id },
        body: run.event
          ? { event: run.event.uuid, dryRun: true }
          : { inputs: (run.input ?? {}) as Record<string, unknown>, dryRun: true },
      }),
    onSuccess: (r) => leave(r.id),
  });
  const did = run.actions.filter((a) => a.state === "done");
  return (
    <Dialog
      open
      onClose={onClose}
      title="Run it again from its first card"
      intro={
        run.event
          ? "With the same event, and the version that is published now."
          : "With the same inputs, and the version that is published now."
      }
      footer={
        <>
          <Button busy={again.isPending} onClick={() => again.mutate()}>
            {run.dryRun ? "Run the dry run again" : "Run for real"}
          </Button>
          {!run.dryRun && (
            <Button look="primary" busy={look.isPending} onClick={() => look.mutate()}>
              Show what it would do
            </Button>
          )}
        </>
      }
    >
      {run.dryRun || did.length === 0 ? (
        <p className="text-muted">This run has changed nothing.</p>
      ) : (
        <>
          <p>What this run did would be done again:</p>
          <ul className="mt-2 divide-y rounded-md border">
            {did.map((a) => (
              <li key={a.id} className="px-3 py-1.5">
                {a.title} <span className="text-muted">{a.target?.name || a.target?.id}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {again.isError && (
        <div className="mt-4">
          <Failed what="The flow was not run." error={again.error} />
        </div>
      )}
      {look.isError && (
        <div className="mt-4">
          <Failed what="The flow was not run." error={look.error} />
        </div>
      )}
    </Dialog>
  );
}
