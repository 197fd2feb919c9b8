import { useMutation } from "@tanstack/react-query";
import { call, type Input } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { toast } from "../../kit/Toast.tsx";
import { alertsStale } from "../alerts/useAlertChange.ts";

type Change = Input<"patch", "/api/v1/cases/{id}">["body"];

/** Changes a case, and says what was done. */
export function useCaseChange(id: string, onDone?: () => void) {
  return useMutation({
    mutationFn: ({ change }: { change: Change; said: string }) =>
      call("patch", "/api/v1/cases/{id}", { path: { id }, body: change }),
    onSuccess: (_, { said }) => {
      void alertsStale();
      toast({ title: `Case ${said}` });
      onDone?.();
    },
    onError: (error) =>
      toast({
        tone: "bad",
        title: "Nothing was changed",
        detail: error instanceof Failure ? error.message : undefined,
      }),
  });
}
