import { useQueries } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { Doings } from "./DoingsView.tsx";
import { triggerWords } from "./flowWords.ts";
import { Problems } from "./Problems.tsx";
import { isReady, Limits } from "./SwitchOn.tsx";

type Flow = components["schemas"]["Flow"];

/** What several flows will do once they are on, before they are. Those that cannot be on stay off. */
export function SwitchOnMany({
  flows,
  busy,
  onSwitch,
  onClose,
}: {
  flows: Flow[];
  busy: boolean;
  onSwitch: (flows: Flow[]) => void;
  onClose: () => void;
}) {
  const details = useQueries({ queries: flows.map((f) => read("/api/v1/flows/{id}", { path: { id: f.id } })) });
  const waiting = details.some((q) => q.isPending);
  const ready = flows.filter((_, i) => isReady(details[i]?.data));
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Switch on ${counted(flows.length, "flow")}`}
      intro={
        !waiting &&
        ready.length < flows.length &&
        `${flows.length - ready.length} cannot be switched on yet: see below.`
      }
      footer={
        <>
          <Button onClick={onClose}>Leave them off</Button>
          <Button look="primary" busy={busy} disabled={waiting || ready.length === 0} onClick={() => onSwitch(ready)}>
            Switch on {ready.length || ""}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <Limits />
        {flows.map((f, i) => {
          const q = details[i];
          const d = q?.data;
          return (
            <section key={f.id} aria-label={f.title} className="flex flex-col gap-2 border-t pt-4">
              <div>
                <h3 className="font-medium wrap-anywhere">{f.title}</h3>
                <p className="text-sm wrap-anywhere text-muted">{triggerWords(f.trigger)}</p>
              </div>
              {q?.isError && (
                <Failed what="The flow could not be read." error={q.error} onRetry={() => void q.refetch()} />
              )}
              {!d && !q?.isError && <SkeletonLines lines={2} />}
              {d && isReady(d) && <Doings detail={d} />}
              {d && !isReady(d) && (
                <Problems unbound={d.unbound} problems={d.problems} unpublished={d.version === 0} flow={d} />
              )}
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
