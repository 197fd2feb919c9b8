import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { queryClient } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";

/** Signs out and leads to the page where one signs in. */
export function useSignOut(): () => void {
  const navigate = useNavigate();
  return async () => {
    try {
      await call("delete", "/api/v1/session", {});
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "unauthenticated") {
        toast({
          tone: "bad",
          title: "You are still signed in",
          detail: error instanceof Error ? error.message : undefined,
        });
        return;
      }
    }
    await navigate({ to: "/sign-in" });
    queryClient.clear();
  };
}
