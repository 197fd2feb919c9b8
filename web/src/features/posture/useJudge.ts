import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";
import { type Profile, percent, profileWords } from "./posture.ts";

/** Has all that shows posture read it again. */
export function postureStale() {
  return stale(
    "/api/v1/tenants/{id}/posture",
    "/api/v1/tenants/{id}/posture/checks/{check}",
    "/api/v1/tenants/{id}/findings",
    "/api/v1/tenants/{id}/findings/{finding}",
    "/api/v1/tenants/{id}/exceptions",
  );
}

/** Judges an org now, by what was last read of it. */
export function useJudge(tenant: string, profile: Profile | undefined) {
  return useMutation({
    mutationFn: () => call("post", "/api/v1/tenants/{id}/posture", { path: { id: tenant }, body: { profile } }),
    onSuccess: (run) => {
      void postureStale();
      toast({ title: `Judged by ${profileWords(run.profile)}: ${percent(run.score)}` });
    },
    onError: (e) => toast({ tone: "bad", title: "It was not judged", detail: e.message }),
  });
}
