import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { count, counted } from "../../kit/time.ts";
import { type Change, nodeName, type Step } from "./node.ts";
import { changeWords } from "./stepWords.ts";

/** What takes a step away; of each, what would come of it. Nothing is changed. */
export function Takes({ tenant, step }: { tenant: string; step: Step }) {
  if (step.changes.length === 0) return null;
  return (
    <ul aria-label="What takes it away" className="mt-1.5 flex flex-col gap-1">
      {step.changes.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: changes are told in their order
        <li key={i}>
          <Take tenant={tenant} change={c} />
        </li>
      ))}
    </ul>
  );
}

function Take({ tenant, change }: { tenant: string; change: Change }) {
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
