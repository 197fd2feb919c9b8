import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";

/** Signs in by e-mail address and password. */
export function SignInForm({ email: known, onDone }: { email?: string; onDone: () => void }) {
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => call("post", "/api/v1/session", { body: { email: email.trim(), password } }),
    onSuccess: onDone,
  });
  const failure = signIn.error instanceof Failure ? signIn.error : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        signIn.mutate();
      }}
    >
      {failure && (
        <Note tone="bad" title={failure.kind === "unauthenticated" ? "Not signed in" : "Signing in did not work"}>
          {failure.message}
        </Note>
      )}
      <Field label="E-mail address">
        {(f) => (
          <Input
            {...f}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus={!known}
            readOnly={!!known}
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        )}
      </Field>
      <Field label="Password">
        {(f) => (
          <Input
            {...f}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            autoFocus={!!known}
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" busy={signIn.isPending} disabled={!email || !password}>
        Sign in
      </Button>
    </form>
  );
}
