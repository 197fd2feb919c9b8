import { useMutation } from "@tanstack/react-query";
import { call, type Input } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";

type Change = Input<"patch", "/api/v1/rules/{rule}">["body"];

/** Changes what the organization decides about a rule, and says what was done. */
export function useRuleChange(rule: { id: string; title: string }) {
  return useMutation({
    mutationFn: ({ change }: { change: Change; said: string }) =>
      call("patch", "/api/v1/rules/{rule}", { path: { rule: rule.id }, body: change }),
    onSuccess: (_, { said }) => {
      void rulesStale();
      toast({ title: said, detail: rule.title });
    },
    onError: (error) =>
      toast({
        tone: "bad",
        title: "The rule is as it was",
        detail: error instanceof Failure ? error.message : undefined,
      }),
  });
}

/** Has all that shows rules read them again. */
function rulesStale() {
  return stale("/api/v1/rules", "/api/v1/rules/{rule}");
}
