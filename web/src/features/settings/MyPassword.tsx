import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { NewPassword } from "../session/NewPassword.tsx";
import { passwordProblem } from "../session/password.ts";

/** Changes the viewer's password. */
export function MyPassword({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => call("put", "/api/v1/session/password", { body: { current, password } }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      void stale("/api/v1/sessions");
      toast({ title: "The password is changed", detail: "Everywhere else you are signed out." });
    },
  });
  const failure = change.error instanceof Failure ? change.error : undefined;
  return (
    <form
      className="flex max-w-sm flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        change.mutate();
      }}
    >
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field label="Current password" error={failure?.forField("current")}>
        {(f) => (
          <Input
            {...f}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(e) => setCurrent(e.target.value)}
          />
        )}
      </Field>
      <NewPassword value={password} onChange={setPassword} email={email} error={failure?.forField("password")} />
      {failure && !failure.detail?.field && <Failed what="The password was not changed." error={failure} />}
      <div>
        <Button
          type="submit"
          busy={change.isPending}
          disabled={!current || !password || passwordProblem(password, email) !== undefined}
        >
          Change it
        </Button>
      </div>
    </form>
  );
}
