import { useMutation } from "@tanstack/react-query";
import { Ban, RotateCw } from "lucide-react";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import type { Run } from "./RunTable.tsx";
import { ended } from "./runState.tsx";

type Verb = "cancel" | "retry";

/** What can be done with the selected runs at once. */
export function RunBulk({
  runs,
  selected,
  onDone,
}: {
  runs: Run[] | undefined;
  selected: ReadonlySet<string>;
  onDone: () => void;
}) {
  const can = useCan("runs:cancel");
  const chosen = (runs ?? []).filter((r) => selected.has(r.id));
  const open = chosen.filter((r) => !ended(r.state));
  const failed = chosen.filter((r) => r.state === "failed");
  const act = useMutation({
    mutationFn: async ({ verb, list }: { verb: Verb; list: Run[] }) => {
      const path = verb === "cancel" ? "/api/v1/runs/{id}/cancel" : "/api/v1/runs/{id}/retry";
      const done = await Promise.allSettled(list.map((r) => call("post", path, { path: { id: r.id } })));
      return done.filter((d) => d.status === "fulfilled").length;
    },
    onSuccess: (n, { verb, list }) => {
      void stale("/api/v1/runs", "/api/v1/runs/{id}", "/api/v1/timeline");
      const word = verb === "cancel" ? "cancelled" : "retried";
      if (n < list.length)
        toast({
          tone: "bad",
          title: `${n} of ${counted(list.length, "run")} ${word}`,
          detail: "The others have changed in the meantime, or keep no data.",
        });
      else toast({ title: `${counted(n, "run")} ${word}` });
      onDone();
    },
  });
  if (!can || chosen.length === 0) return null;
  return (
    <>
      <span>{chosen.length} selected</span>
      <Button
        size="sm"
        icon={<Ban size={14} />}
        disabled={open.length === 0}
        busy={act.isPending && act.variables.verb === "cancel"}
        onClick={() => act.mutate({ verb: "cancel", list: open })}
      >
        Cancel {open.length || ""}
      </Button>
      <Button
        size="sm"
        icon={<RotateCw size={14} />}
        disabled={failed.length === 0}
        busy={act.isPending && act.variables.verb === "retry"}
        onClick={() => act.mutate({ verb: "retry", list: failed })}
      >
        Take up again {failed.length || ""}
      </Button>
      <Button size="sm" look="quiet" onClick={onDone}>
        Clear
      </Button>
    </>
  );
}
