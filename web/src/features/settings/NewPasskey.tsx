import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { makePasskey } from "../session/passkey.ts";
import { StepRefused } from "../session/StepRefused.tsx";
import { agentWords } from "./agent.ts";

type Props = { onClose: () => void; onKept: (codes?: string[]) => void };

/** Sets up a passkey or a security key. */
export function NewPasskey({ onClose, onKept }: Props) {
  const [name, setName] = useState(agentWords(navigator.userAgent));
  const make = useMutation({
    mutationFn: async () => {
      const ask = await call("post", "/api/v1/session/factors/passkey", {});
      const credential = await makePasskey(ask.options);
      return call("post", "/api/v1/session/factors/passkey/confirm", {
        body: { token: ask.token, name: name.trim(), credential },
      });
    },
    onSuccess: (f) => onKept(f.recoveryCodes),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a passkey"
      intro="This device, your phone, or a security key. It proves who you are without a password, too."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          make.mutate();
        }}
      >
        <StepRefused error={make.error} />
        <Field label="Name" help="By which you know it again.">
          {(f) => <Input {...f} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={make.isPending} disabled={!name.trim()}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
