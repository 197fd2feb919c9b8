import { useMutation } from "@tanstack/react-query";
import { call } from "../../../api/client.ts";
import { stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { alertsStale } from "../useAlertChange.ts";

type Start = { dryRun: boolean; inputs: Record<string, unknown> };

/** Starts a flow for an alert. */
export function useRespond(alert: string, flow: string, onRun: (run: components["schemas"]["Run"]) => void) {
  return useMutation({
    mutationFn: ({ dryRun, inputs }: Start) =>
      call("post", "/api/v1/alerts/{id}/respond", {
        path: { id: alert },
        body: { flow, dryRun, ...(Object.keys(inputs).length > 0 ? { inputs } : {}) },
      }),
    onSuccess: (run) => {
      void alertsStale();
      void stale("/api/v1/runs", "/api/v1/flows", "/api/v1/timeline");
      onRun(run);
    },
  });
}
