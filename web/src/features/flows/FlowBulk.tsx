import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { SwitchOnMany } from "./SwitchOnMany.tsx";

type Flow = components["schemas"]["Flow"];

/**
 * Switches flows, and those again that were refused as long as others were not: a flow can be on once the flows are that
 * it calls.
 */
async function switchAll(list: Flow[], enabled: boolean): Promise<{ done: number; refusal?: unknown }> {
  let left = list;
  let refusal: unknown;
  for (let before = left.length + 1; left.length > 0 && left.length < before; ) {
    before = left.length;
    const tried = await Promise.allSettled(
      left.map((f) => call("patch", "/api/v1/flows/{id}", { path: { id: f.id }, body: { enabled } })),
    );
    refusal = tried.find((t) => t.status === "rejected")?.reason;
    left = left.filter((_, i) => tried[i]?.status === "rejected");
  }
  return { done: list.length - left.length, refusal };
}

/** Switches the selected flows on or off. On shows first what they will do. */
export function FlowBulk({
  flows,
  selected,
  onDone,
}: {
  flows: Flow[] | undefined;
  selected: ReadonlySet<string>;
  onDone: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const chosen = (flows ?? []).filter((f) => selected.has(f.id));
  const on = chosen.filter((f) => f.enabled);
  const off = chosen.filter((f) => !f.enabled);
  const act = useMutation({
    mutationFn: ({ list, enabled }: { list: Flow[]; enabled: boolean }) => switchAll(list, enabled),
    onSuccess: ({ done: n, refusal }, { list, enabled }) => {
      void stale("/api/v1/flows", "/api/v1/flows/{id}", "/api/v1/overview");
      const word = enabled ? "switched on" : "switched off";
      if (n < list.length)
        toast({
          tone: "bad",
          title: `${n} of ${counted(list.length, "flow")} ${word}`,
          detail: refusal instanceof Failure ? refusal.message : "Open the others to see what is in their way.",
        });
      else
        toast({
          title: `${counted(n, "flow")} ${word}`,
          detail: enabled ? undefined : "Runs under way go on to their end.",
        });
      setAsking(false);
      onDone();
    },
  });
  if (chosen.length === 0) return null;
  return (
    <>
      <span>{chosen.length} selected</span>
      <Button size="sm" disabled={off.length === 0} onClick={() => setAsking(true)}>
        Switch on {off.length || ""}
      </Button>
      <Button
        size="sm"
        disabled={on.length === 0}
        busy={act.isPending && !act.variables.enabled}
        onClick={() => act.mutate({ list: on, enabled: false })}
      >
        Switch off {on.length || ""}
      </Button>
      <Button size="sm" look="quiet" onClick={onDone}>
        Clear
      </Button>
      {asking && (
        <SwitchOnMany
          flows={off}
          busy={act.isPending}
          onSwitch={(list) => act.mutate({ list, enabled: true })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
