import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Select } from "../../kit/Field.tsx";
import { HookFacts } from "./HookFacts.tsx";
import { StreamPanel } from "./StreamPanel.tsx";

type Source = components["schemas"]["Source"];
type Props = { source: Source; what: "secret" | "token"; onClose: () => void };

const overlaps = [
  { value: "0", label: "Not at all: it may be known to others" },
  { value: "15", label: "15 minutes" },
  { value: "60", label: "An hour" },
  { value: "1440", label: "A day" },
];

/** Replaces a secret by a new one; the old one holds for a while, so that nothing is lost meanwhile. */
export function RotateDialog({ source: s, what, onClose }: Props) {
  const [overlap, setOverlap] = useState("60");
  const renew = useMutation({
    mutationFn: () =>
      call("post", what === "secret" ? "/api/v1/sources/{id}/secret" : "/api/v1/sources/{id}/token", {
        path: { id: s.id },
        body: { overlapMinutes: Number(overlap) },
      }),
    onSuccess: () => void stale("/api/v1/sources", "/api/v1/sources/{id}"),
  });
  const done = renew.data;
  const told = what === "secret" && s.hook?.id !== undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        done ? "It is replaced" : what === "secret" ? "Replace the hook's secret" : "Replace the log stream's token"
      }
      intro={
        done
          ? told
            ? "Okta was told of the new secret, and has verified the hook. There is nothing to enter."
            : "Enter it where the old one is. It is shown this once."
          : told
            ? "Okta is told of the new secret at once; the change is in the ledger."
            : "What sends here has to be given the new one."
      }
      footer={
        done ? (
          <Button look="primary" onClick={onClose}>
            {told ? "Done" : "I have entered it"}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Keep the old one</Button>
            <Button look="primary" busy={renew.isPending} onClick={() => renew.mutate()}>
              Replace it
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        {!done && (
          <Field label="How long the old one is still taken">
            {(f) => <Select {...f} value={overlap} choices={overlaps} onChange={(e) => setOverlap(e.target.value)} />}
          </Field>
        )}
        {renew.isError && <Failed what="It was not replaced." error={renew.error} />}
        {done?.hook?.secret && <HookFacts hook={done.hook} />}
        {done?.stream?.token && <StreamPanel stream={done.stream} token={done.stream.token} />}
      </div>
    </Dialog>
  );
}
