import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { ErrorState } from "../../kit/ErrorState.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Frame } from "./Frame.tsx";
import { LinkOver } from "./LinkOver.tsx";
import { NewPassword } from "./NewPassword.tsx";
import { passwordProblem } from "./password.ts";
import { useToken } from "./useToken.ts";

type Invited = components["schemas"]["Invited"];

/** Where the link of an invitation leads. */
export function Invite() {
  useTitle("Invitation");
  const token = useToken();
  const look = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => call("post", "/api/v1/invitation", { body: { token } }),
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const failure = look.error instanceof Failure ? look.error : undefined;
  if (!token) return <LinkOver />;
  if (failure && (failure.kind === "unreachable" || failure.kind === "internal"))
    return (
      <Frame title="Invitation">
        <ErrorState
          tried="The invitation could not be read."
          came={failure.message}
          onRetry={() => void look.refetch()}
          retrying={look.isRefetching}
        />
      </Frame>
    );
  if (failure)
    return (
      <LinkOver why={failure.message}>
        <p className="text-muted">Whoever invited you can send the invitation again.</p>
      </LinkOver>
    );
  if (!look.data)
    return (
      <Frame title="Invitation">
        <SkeletonLines lines={4} />
      </Frame>
    );
  return <Accept token={token} invited={look.data} />;
}

function Accept({ token, invited }: { token: string; invited: Invited }) {
  const [name, setName] = useState(invited.name);
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/invitation/accept", {
        body: invited.new ? { token, name: name.trim(), password } : { token },
      }),
  });
  const failure = accept.error instanceof Failure ? accept.error : undefined;
  const field = failure?.detail?.field;
  if (accept.data)
    return (
      <Frame title={`Welcome to ${invited.organization}`} intro="You are a member now. One thing is left: sign in.">
        <Link
          to="/sign-in"
          search={{ email: invited.email, organization: invited.slug }}
          className={`${buttonClass("primary")} w-full`}
        >
          Sign in
        </Link>
      </Frame>
    );
  const problem = passwordProblem(password, invited.email);
  return (
    <Frame
      title={`Join ${invited.organization}`}
      intro={
        invited.new
          ? `You were invited as ${invited.email}. Choose a password for your account.`
          : `You were invited as ${invited.email}, and have an account already.`
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          accept.mutate();
        }}
      >
        {failure && field !== "name" && field !== "password" && (
          <Note tone="bad" title="You have not joined">
            {failure.message}
          </Note>
        )}
        {invited.new && (
          <>
            <input type="text" name="username" autoComplete="username" value={invited.email} readOnly hidden />
            <Field label="Your name" error={failure?.forField("name")}>
              {(f) => (
                <Input {...f} autoComplete="name" autoFocus value={name} onChange={(e) => setName(e.target.value)} />
              )}
            </Field>
            <NewPassword
              label="Password"
              value={password}
              onChange={setPassword}
              email={invited.email}
              error={failure?.forField("password")}
            />
          </>
        )}
        <Button
          type="submit"
          look="primary"
          busy={accept.isPending}
          disabled={invited.new && (!name.trim() || !password || !!problem)}
        >
          {invited.new ? "Make the account and join" : "Join"}
        </Button>
      </form>
    </Frame>
  );
}
