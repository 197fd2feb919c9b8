import { useMutation, useQuery } from "@tanstack/react-query";
import { Wrench } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { count, counted } from "../../kit/time.ts";
import { PlanRemedy } from "../remedies/PlanRemedy.tsx";
import { useCan } from "../session/session.ts";
import { type Change, type Node, nodeName, type Step } from "./node.ts";
import { changeWords } from "./stepWords.ts";
import { takenBy } from "./takenBy.ts";

type Start = Pick<Node, "kind" | "id">;

/**
 * What takes a step away; of each, what would come of it, and the plan of making it
 * where a playbook does. Nothing is changed by either. `start` is where the path begins.
 */
export function Takes({ tenant, start, step }: { tenant: string; start: Start; step: Step }) {
  if (step.changes.length === 0) return null;
  return (
    <ul aria-label="What takes it away" className="mt-1.5 flex flex-col gap-1">
      {step.changes.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: changes are told in their order
        <li key={i}>
          <Take tenant={tenant} start={start} change={c} />
        </li>
      ))}
    </ul>
  );
}

function Take({ tenant, start, change }: { tenant: string; start: Start; change: Change }) {
  const ask = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/tenants/{id}/access/what-if", { path: { id: tenant }, body: { changes: [change] } }),
  });
  const w = ask.data;
  return (
    <div className="text-sm">
      <span className="text-muted">Taken away by: </span>
      {changeWords(change)}{" "}
      <Button look="quiet" size="sm" busy={ask.isPending} onClick={() => ask.mutate()}>
        What would that do?
      </Button>
      <PlanIt tenant={tenant} start={start} change={change} />
      {ask.isError && <Failed what="It could not be worked out." error={ask.error} />}
      {w && (
        <div role="status" className="mt-1 rounded-md border bg-sunken px-2.5 py-1.5">
          {w.before === w.after ? (
            <>It would free nobody: {counted(w.after, "start")} would still lead to super administrator.</>
          ) : (
            <>
              Of {counted(w.before, "start")} that lead to super administrator, {count(w.after)} would be left.
              {w.freed.length > 0 && (
                <span className="block text-muted">
                  No longer:{" "}
                  {w.freed
                    .slice(0, 8)
                    .map((p) => nodeName(p.start))
                    .join(", ")}
                  {w.before - w.after > 8 && ` and ${w.before - w.after - 8} more`}
                </span>
              )}
            </>
          )}
          {w.longer.length > 0 && (
            <span className="block text-muted">{counted(w.longer.length, "other")} would have only a longer way.</span>
          )}
        </div>
      )}
    </div>
  );
}

/** Leads on to a plan of the change, for whoever may make one and where a playbook makes it. */
function PlanIt({ tenant, start, change }: { tenant: string; start: Start; change: Change }) {
  const can = useCan("remedies:run");
  const [open, setOpen] = useState(false);
  const books = useQuery({ ...read("/api/v1/playbooks", {}), enabled: can });
  const by = books.data && takenBy(change, books.data);
  if (!can || !by) return null;
  return (
    <>
      <Button
        look="quiet"
        size="sm"
        icon={<Wrench size={14} />}
        aria-label={`Plan it: ${changeWords(change)}`}
        onClick={() => setOpen(true)}
      >
        Plan it
      </Button>
      {open && (
        <PlanRemedy
          tenant={tenant}
          subjects={[by.subject]}
          cause={{ kind: "path", id: `${start.kind}/${start.id}` }}
          first={by.playbook}
          inputs={by.inputs}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
