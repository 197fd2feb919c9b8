import { useMutation } from "@tanstack/react-query";
import { call, type Input } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { keyOf, queryClient, stale } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";

type Change = Input<"patch", "/api/v1/alerts/{id}">["body"];

/** Changes one alert or several at once, all of them or none, and says what was done. */
export function useAlertChange(ids: string[], onDone?: () => void) {
  return useMutation({
    mutationFn: async ({ change }: { change: Change; said: string }) => {
      const [one] = ids;
      if (one === undefined) return;
      if (ids.length > 1) {
        await call("post", "/api/v1/alerts/change", { body: { alerts: ids, ...change } });
        return;
      }
      const path = { path: { id: one } };
      const after = await call("patch", "/api/v1/alerts/{id}", { ...path, body: change });
      queryClient.setQueryData(keyOf("/api/v1/alerts/{id}", path), after);
    },
    onSuccess: (_, { said }) => {
      void alertsStale();
      if (said) toast({ title: ids.length > 1 ? `${counted(ids.length, "alert")} ${said}` : `Alert ${said}` });
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

/** Has all that shows alerts read them again. */
export function alertsStale() {
  return stale(
    "/api/v1/alerts",
    "/api/v1/alerts/{id}",
    "/api/v1/alerts/facets",
    "/api/v1/cases",
    "/api/v1/cases/{id}",
    "/api/v1/overview",
  );
}
