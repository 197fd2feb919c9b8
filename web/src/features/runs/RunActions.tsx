import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Repeat, RotateCw } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toast.tsx";
import { Tooltip } from "../../kit/Tooltip.tsx";
import { useCan } from "../session/session.ts";
import { RunAgain } from "./RunAgain.tsx";
import type { RunDetail } from "./run.ts";

/** Cancelling a run, taking it up where it failed, running it again. */
export function RunActions({ run }: { run: RunDetail }) {
  const can = useCan("runs:cancel");
  const navigate = useNavigate();
  const [again, setAgain] = useState(false);
  const after = () => void stale("/api/v1/runs", "/api/v1/runs/{id}", "/api/v1/timeline");
  const failed = (what: string) => (e: Error) => toast({ tone: "bad", title: what, detail: e.message });
  const cancel = useMutation({
    mutationFn: () => call("post", "/api/v1/runs/{id}/cancel", { path: { id: run.id } }),
    onSuccess: after,
    onError: failed("The run was not cancelled"),
  });
  const retry = useMutation({
    mutationFn: () => call("post", "/api/v1/runs/{id}/retry", { path: { id: run.id } }),
    onSuccess: () => {
      after();
      void navigate({ to: "/runs/$id", params: { id: run.id }, search: {}, replace: true });
    },
    onError: failed("The run was not retried"),
  });
  if (!can) return null;
  return (
    <>
      {run.canCancel && (
        <Button icon={<Ban size={14} />} busy={cancel.isPending || run.cancelling} onClick={() => cancel.mutate()}>
          {run.cancelling ? "Cancelling" : "Cancel"}
        </Button>
      )}
      {run.canRetry && (
        <Tooltip text="What was done stands, and is not done again.">
          <Button look="primary" icon={<RotateCw size={14} />} busy={retry.isPending} onClick={() => retry.mutate()}>
            Retry from the failed card
          </Button>
        </Tooltip>
      )}
      {run.canAgain && (
        <Button icon={<Repeat size={14} />} onClick={() => setAgain(true)}>
          Run again
        </Button>
      )}
      {again && <RunAgain run={run} onClose={() => setAgain(false)} />}
    </>
  );
}
