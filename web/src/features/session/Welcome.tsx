import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { queryClient } from "../../api/query.ts";
import { useTitle } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { FirstAdmin, type NewAdmin } from "./FirstAdmin.tsx";
import { Frame } from "./Frame.tsx";
import { sessionQuery } from "./session.ts";

/** Where a one-time link leads. Its token stands behind the #, which no server ever sees. */
export function Welcome() {
  useTitle("Welcome");
  const [token] = useState(() => location.hash.slice(1));
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: (who?: NewAdmin) => call("post", "/api/v1/session/link", { body: { token, ...who } }),
    onSuccess: async () => {
      queryClient.clear();
      await queryClient.fetchQuery(sessionQuery);
      await navigate({ to: "/", replace: true });
    },
  });
  const tried = useRef(false);
  const { mutate } = enter;
  useEffect(() => {
    if (!token || tried.current) return;
    tried.current = true;
    mutate(undefined);
  }, [token, mutate]);

  const failure = enter.error instanceof Failure ? enter.error : undefined;
  const wantsAccount =
    enter.variables !== undefined || ["email", "name", "password"].includes(failure?.detail?.field ?? "");
  if (token && wantsAccount) {
    return (
      <Frame title="Welcome" intro="Nobody has an account here yet. Yours will be the first, and may do everything.">
        <FirstAdmin failure={failure} busy={enter.isPending} onSubmit={enter.mutate} />
      </Frame>
    );
  }
  if (token && !failure) {
    return (
      <Frame title="One moment" intro="You are being signed in.">
        <SkeletonLines lines={3} />
      </Frame>
    );
  }
  return (
    <Frame
      title="This link does not open anything"
      intro={failure?.message ?? "The part behind the # is missing. Copy the whole link as the server printed it."}
    >
      <p className="text-muted">
        A link holds once and for a limited time. Start the server again for a new one, or{" "}
        <Link to="/sign-in" className="text-accent underline">
          sign in with a password
        </Link>
        .
      </p>
    </Frame>
  );
}
