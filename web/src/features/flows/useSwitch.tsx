import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { keyOf, queryClient, stale } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";
import { onWords } from "./flowWords.ts";

export function useSwitch(flow: { id: string; title: string }) {
  return useMutation({
    mutationFn: (enabled: boolean) => call("patch", "/api/v1/flows/{id}", { path: { id: flow.id }, body: { enabled } }),
    onSuccess: (after, enabled) => {
      queryClient.setQueryData(keyOf("/api/v1/flows/{id}", { path: { id: flow.id } }), after);
      void stale("/api/v1/flows", "/api/v1/flows/{id}", "/api/v1/overview");
      toast({
        title: enabled ? `${flow.title} is on` : `${flow.title} is off`,
        detail: enabled ? onWords(after.trigger) : "Runs under way go on to their end.",
      });
    },
    onError: (error, enabled) => {
      if (enabled) return; // the dialog shows it
      toast({
        tone: "bad",
        title: `${flow.title} is still on`,
        detail: error instanceof Failure ? error.message : undefined,
      });
    },
  });
}
