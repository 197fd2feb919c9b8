import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";
import { LinkOver } from "./LinkOver.tsx";
import { NewPassword } from "./NewPassword.tsx";
import { passwordProblem } from "./password.ts";
import { useToken } from "./useToken.ts";

/** Where the link of a forgotten password leads. */
export function Reset() {
  useTitle("New password");
  const token = useToken();
  const [password, setPassword] = useState("");
  const set = useMutation({ mutationFn: () => call("put", "/api/v1/password", { body: { token, password } }) });
  const failure = set.error instanceof Failure ? set.error : undefined;
  const wrong = failure?.forField("password");
  if (!token) return <LinkOver />;
  if (failure && !wrong && failure.kind !== "unreachable" && failure.kind !== "too_many")
    return (
      <LinkOver why={failure.message}>
        <Link to="/forgotten" className={buttonClass()}>
          Have another one sent
        </Link>
      </LinkOver>
    );
  if (set.isSuccess)
    return (
      <Frame title="The password is set" intro="Wherever you were signed in, you are not any more.">
        <Link to="/sign-in" className={`${buttonClass("primary")} w-full`}>
          Sign in
        </Link>
      </Frame>
    );
  return (
    <Frame title="A new password" intro="For your account in Sallyport.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          set.mutate();
        }}
      >
        {failure && !wrong && (
          <Note tone="bad" title="It was not set">
            {failure.message}
          </Note>
        )}
        <NewPassword value={password} onChange={setPassword} error={wrong} autoFocus />
        <Button
          type="submit"
          look="primary"
          busy={set.isPending}
          disabled={!password || !!passwordProblem(password, "")}
        >
          Set the password
        </Button>
      </form>
    </Frame>
  );
}
