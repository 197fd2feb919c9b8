import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { queryClient } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";
import { type Session, sessionQuery } from "./session.ts";

/**
 * Signs out and leads to the page where one signs in; by way of the
 * organization's Okta where that opened the session, so that its own ends too.
 */
export function useSignOut(): () => void {
  const navigate = useNavigate();
  return async () => {
    if (queryClient.getQueryData<Session>(sessionQuery.queryKey)?.method === "saml") {
      const form = document.createElement("form");
      form.method = "post";
      form.action = "/sso/logout";
      document.body.append(form);
      form.submit();
      return;
    }
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
