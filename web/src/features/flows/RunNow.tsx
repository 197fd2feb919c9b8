import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { ValueField } from "../../kit/ValueField.tsx";
import { initial, missing, problems, valuesOf } from "../../kit/value.ts";
import { EventChoice } from "../events/EventChoice.tsx";
import { FindingChoice, type FoundChoice } from "../posture/FindingChoice.tsx";
import { Problems } from "./Problems.tsx";

type Detail = components["schemas"]["FlowDetail"];

/** Runs a flow by hand: with an event that was, or with inputs; to look or for real. */
export function RunNow({ flow, onClose }: { flow: Detail; onClose: () => void }) {
  const navigate = useNavigate();
  const byEvent = flow.trigger?.kind === "event";
  const byFinding = flow.trigger?.kind === "finding";
  const ports = flow.trigger?.inputs ?? [];
  const [event, setEvent] = useState("");
  const [found, setFound] = useState<FoundChoice>();
  const [texts, setTexts] = useState(() => initial(ports));
  const run = useMutation({
    mutationFn: (dryRun: boolean) =>
      call("post", "/api/v1/flows/{id}/run", {
        path: { id: flow.id },
        body: byEvent
          ? { event, dryRun }
          : byFinding
            ? { ...found, dryRun }
            : { inputs: valuesOf(ports, texts), dryRun },
      }),
    onSuccess: (r) => {
      void stale("/api/v1/runs", "/api/v1/flows");
      onClose();
      void navigate({ to: "/runs/$id", params: { id: r.id } });
    },
  });
  const wrong = problems(ports, texts);
  const ready = byEvent
    ? event !== ""
    : byFinding
      ? found !== undefined
      : Object.keys(wrong).length === 0 && missing(ports, texts).length === 0;
  const failure = run.error instanceof Failure ? run.error : undefined;
  const field = failure?.detail?.field;
  const blocked = flow.unbound.length > 0 || flow.problems.length > 0 || flow.version === 0;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Run ${flow.title}`}
      intro={
        byEvent
          ? "Choose an event that was, and the flow runs as if it came now."
          : byFinding
            ? "Choose a finding, and the flow runs as if a check had just found it."
            : "Say what the flow works on."
      }
      footer={
        <>
          <Button disabled={!ready || blocked} busy={run.isPending && !run.variables} onClick={() => run.mutate(false)}>
            Run for real
          </Button>
          <Button
            look="primary"
            disabled={!ready || blocked}
            busy={run.isPending && run.variables}
            onClick={() => run.mutate(true)}
          >
            Show what it would do
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {blocked && (
          <Problems unbound={flow.unbound} problems={flow.problems} unpublished={flow.version === 0} flow={flow} />
        )}
        {byEvent && <EventChoice types={flow.trigger?.events ?? []} value={event} onChange={setEvent} />}
        {byFinding && <FindingChoice checks={flow.trigger?.finding?.checks ?? []} value={found} onChange={setFound} />}
        {!byEvent && !byFinding && ports.length === 0 && <p className="text-muted">The flow wants no inputs.</p>}
        {ports.map((p) => (
          <ValueField
            key={p.name}
            spec={p}
            text={texts[p.name] ?? ""}
            onChange={(t) => setTexts({ ...texts, [p.name]: t })}
            error={field === `inputs.${p.name}` ? failure?.message : wrong[p.name]}
          />
        ))}
        {run.isError && !field?.startsWith("inputs.") && <Failed what="The flow was not run." error={run.error} />}
      </div>
    </Dialog>
  );
}
