import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { queryClient, read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { toast } from "../../kit/Toast.tsx";
import { sessionQuery } from "./session.ts";

export type Entrance = components["schemas"]["Entrance"];

/** The organizations that the viewer may go to. A server without single sign-on has none to tell. */
export function useEntrances() {
  return useQuery({ ...read("/api/v1/session/organizations", {}), staleTime: 60_000, retry: false });
}

/**
 * Goes to another organization: through its Okta where it has one, else by the
 * password, for which `onPassword` is to ask where it was not given in this session.
 */
export function useSwitch(onPassword: (to: Entrance) => void) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ to, password }: { to: Entrance; password?: string }) =>
      call("post", "/api/v1/session/switch", { body: { organization: to.slug, password, returnTo: "/" } }),
    onSuccess: async (got, { to }) => {
      if (got.next === "go" && got.url) location.assign(got.url);
      else if (got.next === "password") onPassword(to);
      else {
        queryClient.clear();
        await queryClient.fetchQuery(sessionQuery);
        await navigate({ to: "/" });
        toast({ title: `You are in ${to.name}` });
      }
    },
    onError: (e, { to, password }) => {
      if (!password) toast({ tone: "bad", title: `You are not in ${to.name}`, detail: e.message });
    },
  });
}
