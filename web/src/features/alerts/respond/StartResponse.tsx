import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Note } from "../../../kit/Note.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { ValueField } from "../../../kit/ValueField.tsx";
import { initial, missing, problems, shown, valuesOf } from "../../../kit/value.ts";
import { Doings } from "../../flows/DoingsView.tsx";
import { Problems } from "../../flows/Problems.tsx";
import type { AlertDetail } from "../alert.ts";
import type { Response } from "./response.ts";
import { useRespond } from "./useRespond.ts";

/** What a flow will be given and what it may do, before it is run for an alert. */
export function StartResponse({
  alert: a,
  response: r,
  onBack,
  onRun,
}: {
  alert: AlertDetail;
  response: Response;
  onBack: () => void;
  onRun: (run: components["schemas"]["Run"]) => void;
}) {
  const ports = r.inputs;
  const [texts, setTexts] = useState(() => ({
    ...initial(ports),
    ...Object.fromEntries(ports.filter((p) => p.name in r.given).map((p) => [p.name, shown(r.given[p.name], p.type)])),
  }));
  const flow = useQuery(read("/api/v1/flows/{id}", { path: { id: r.flow.id } }));
  const start = useRespond(a.id, r.flow.id, onRun);
  const takes = r.kind !== "alert" && r.kind !== "event";
  const wrong = problems(ports, texts);
  const filled = !takes || (Object.keys(wrong).length === 0 && missing(ports, texts).length === 0);
  const blocked = !flow.data || flow.data.unbound.length > 0 || flow.data.problems.length > 0;
  const failure = start.error instanceof Failure ? start.error : undefined;
  const field = failure?.detail?.field;
  const go = (dryRun: boolean) => start.mutate({ dryRun, inputs: takes ? valuesOf(ports, texts) : {} });
  return (
    <div className="flex flex-col gap-4">
      <div>
        <Button size="sm" look="quiet" icon={<ArrowLeft size={14} />} className="-ml-2" onClick={onBack}>
          Other responses
        </Button>
        {r.description && <p className="mt-1 text-muted">{r.description}</p>}
      </div>
      {!takes && (
        <Note>
          {r.kind === "alert" ? "It gets this alert, and its newest event." : "It gets the newest event of this alert."}
        </Note>
      )}
      {takes &&
        ports.map((p) => (
          <ValueField
            key={p.name}
            spec={{ ...p, help: p.name in r.given ? "From the alert." : p.help }}
            text={texts[p.name] ?? ""}
            onChange={(t) => setTexts({ ...texts, [p.name]: t })}
            error={field === `inputs.${p.name}` ? failure?.message : wrong[p.name]}
          />
        ))}
      {flow.isPending && <SkeletonLines lines={3} />}
      {flow.isError && <Failed what="The flow could not be read." error={flow.error} />}
      {flow.data && (flow.data.unbound.length > 0 || flow.data.problems.length > 0) && (
        <Problems unbound={flow.data.unbound} problems={flow.data.problems} flow={flow.data} />
      )}
      {flow.data && <Doings detail={flow.data} />}
      {start.isError && !field?.startsWith("inputs.") && <Failed what="The flow was not run." error={start.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button
          disabled={!filled || blocked}
          busy={start.isPending && !start.variables.dryRun}
          onClick={() => go(false)}
        >
          Run for real
        </Button>
        <Button
          look="primary"
          disabled={!filled || blocked}
          busy={start.isPending && start.variables.dryRun}
          onClick={() => go(true)}
        >
          Show what it would do
        </Button>
      </div>
    </div>
  );
}
