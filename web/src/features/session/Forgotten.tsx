import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";
import { emailProblem } from "./password.ts";

/** Has a link mailed that sets a password anew. What it says is the same for any address. */
export function Forgotten() {
  useTitle("Forgotten password");
  const given = useSearch({ from: "/forgotten" }).email;
  const [email, setEmail] = useState(given ?? "");
  const ask = useMutation({
    mutationFn: () => call("post", "/api/v1/password/reset", { body: { email: email.trim() } }),
  });
  const back = (
    <p className="mt-6 text-sm">
      <Link to="/sign-in" className="text-accent hover:underline">
        Back to signing in
      </Link>
    </p>
  );
  if (ask.data)
    return (
      <Frame title="Check your mail" intro={ask.data.message}>
        <p className="text-muted">
          The link in it holds once, for an hour. If your organization signs you in through Okta, the letter says whom
          to ask instead.
        </p>
        {back}
      </Frame>
    );
  return (
    <Frame title="Forgotten password" intro="A letter with a link that sets a new one goes to your address.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          ask.mutate();
        }}
      >
        {ask.isError && (
          <Note tone="bad" title="No letter was asked for">
            {ask.error.message}
          </Note>
        )}
        <Field label="E-mail address">
          {(f) => (
            <Input
              {...f}
              type="email"
              autoComplete="username"
              autoFocus
              required
              value={email}
              onChange={(e) => setEmail(e.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" busy={ask.isPending} disabled={!email.trim() || !!emailProblem(email)}>
          Send the letter
        </Button>
      </form>
      {back}
    </Frame>
  );
}
