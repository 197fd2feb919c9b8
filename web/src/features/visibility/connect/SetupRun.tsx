import { useMutation } from "@tanstack/react-query";
import { Circle, CircleCheck, LoaderCircle } from "lucide-react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Panel } from "../../../kit/Page.tsx";
import { State } from "../../../kit/State.tsx";
import { phaseTitle, stages, stagesInAll } from "./ways.ts";

type OktaSetup = components["schemas"]["OktaSetup"];

/** An app that is being made, step by step. */
export function SetupRun({ setup: s }: { setup: OktaSetup }) {
  const done = stages(s.steps);
  const undoing = done.some((d) => d.phase === "undo");
  const all = stagesInAll(s.response && !s.onlyResponse ? 2 : 1);
  const cancel = useMutation({
    mutationFn: () => call("post", "/api/v1/okta-setups/{setup}/cancel", { path: { setup: s.id } }),
    onSuccess: () => void stale("/api/v1/okta-setups/{setup}"),
  });
  return (
    <section aria-label="The app is being made">
      <Panel>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 py-2.5">
          <h2 className="text-base">{undoing ? "What was made is taken back" : "The app is being made"}</h2>
          <span className="text-sm text-muted" role="status">
            {!undoing && `Part ${Math.max(1, done.length)} of ${all}`}
          </span>
        </div>
        <ol className="divide-y border-t" aria-label="Steps">
          {done.map((d, i) => (
            <li key={`${d.phase}/${d.at}`} className="flex flex-wrap items-baseline gap-x-4 px-3 py-1.5">
              <span className="basis-64 max-sm:basis-full">
                {i === done.length - 1 ? (
                  <State icon={LoaderCircle} tone="live" spin label={phaseTitle(d.phase)} />
                ) : (
                  <State icon={CircleCheck} label={phaseTitle(d.phase)} />
                )}
              </span>
              <span className="min-w-0 flex-1 basis-48 text-sm wrap-anywhere text-muted">{d.text}</span>
            </li>
          ))}
          {done.length === 0 && (
            <li className="px-3 py-1.5">
              <State icon={Circle} tone="quiet" label="About to begin" />
            </li>
          )}
        </ol>
        <div className="flex flex-wrap items-center justify-between gap-3 border-t px-3 py-2">
          <p className="min-w-0 flex-1 basis-64 text-xs text-faint">
            You can leave: it goes on by itself. The connection is there when it is done; if a step fails, all that was
            made is taken back.
          </p>
          {!undoing && (
            <Button size="sm" busy={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
              Cancel
            </Button>
          )}
        </div>
      </Panel>
      {cancel.isError && (
        <div className="mt-3">
          <Failed what="It was not canceled." error={cancel.error} />
        </div>
      )}
    </section>
  );
}
