import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Select } from "../../kit/Field.tsx";

const graces = [
  { value: "0", label: "Refuse it at once" },
  { value: "1", label: "Take it for one more hour" },
  { value: "24", label: "Take it for one more day" },
  { value: "168", label: "Take it for one more week" },
];

type Props = { first: boolean; onClose: () => void; onMade: (secret: string) => void };

/** Makes a secret, and says before what becomes of the one that there is. */
export function Rotate({ first, onClose, onMade }: Props) {
  const [grace, setGrace] = useState("0");
  const make = useMutation({
    mutationFn: () => call("post", "/api/v1/scim/secret", { body: { grace: Number(grace) } }),
    onSuccess: (s) => onMade(s.secret),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={first ? "Make a secret" : "Rotate the secret"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}>
            {first ? "Make it" : "Rotate it"}
          </Button>
        </>
      }
    >
      {first ? (
        <p>
          With it Okta makes members here, changes them, and takes them away. It is shown on this page from then on.
        </p>
      ) : (
        <div className="flex flex-col gap-4">
          <p>
            A new secret is made. Until it is entered in Okta, nobody is provisioned or deprovisioned, once the old one
            is refused.
          </p>
          <Field label="The old secret">
            {(f) => <Select {...f} choices={graces} value={grace} onChange={(e) => setGrace(e.target.value)} />}
          </Field>
        </div>
      )}
      {make.isError && (
        <div className="mt-4">
          <Failed what="No secret was made." error={make.error} />
        </div>
      )}
    </Dialog>
  );
}
