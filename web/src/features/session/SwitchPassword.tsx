import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { useSession } from "./session.ts";
import type { Entrance, useSwitch } from "./useSwitch.ts";

type Props = { to: Entrance; by: ReturnType<typeof useSwitch>; onClose: () => void };

/** Asks for the password on the way to an organization that wants it. */
export function SwitchPassword({ to, by, onClose }: Props) {
  const { account } = useSession();
  const [password, setPassword] = useState("");
  const failure = by.error instanceof Failure ? by.error : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Go to ${to.name}`}
      intro="What the Okta of one organization says opens no other. This one asks for your password."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          by.mutate({ to, password });
        }}
      >
        <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />
        <Field label="Password" error={failure?.forField("password")}>
          {(f) => (
            <Input
              {...f}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(e) => setPassword(e.target.value)}
            />
          )}
        </Field>
        {failure && failure.detail?.field !== "password" && <Failed what="You are where you were." error={failure} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Stay</Button>
          <Button type="submit" look="primary" busy={by.isPending} disabled={!password}>
            Go there
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
