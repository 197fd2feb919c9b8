import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { useSession } from "../session/session.ts";

type Role = components["schemas"]["Role"];

const lives = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "No end" },
];

/** Makes a token, and shows it once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const roles = useQuery(read("/api/v1/roles", {}));
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/tokens", {
        body: {
          name: name.trim(),
          role,
          endsAt: days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined,
        },
      }),
    onSuccess: () => void stale("/api/v1/tokens"),
  });
  const within = roles.data?.filter((r) => r.permissions.every((p) => session.permissions.includes(p)));
  const may = roles.data?.find((r) => r.role === role)?.permissions.join(", ");
  const failure = make.error instanceof Failure ? make.error : undefined;
  if (make.data) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={`The token ${make.data.name}`}
        intro="It is shown this once. Put it where the program finds it."
        footer={
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        }
      >
        <div className="flex items-center gap-2 rounded-md border bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{make.data.token}</code>
          <Copy shown text={make.data.token} label="Copy" />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New API token"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!name.trim()} busy={make.isPending} onClick={() => make.mutate()}>
            Make the token
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (name.trim()) make.mutate();
        }}
      >
        <Field label="Name" help="What uses it, such as “SIEM export”." error={failure?.forField("name")}>
          {(f) => <Input {...f} autoFocus value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <Field label="May do as much as" help={may} error={failure?.forField("role")}>
          {(f) => (
            <Select
              {...f}
              value={role}
              choices={(within ?? []).map((r) => ({ value: r.role, label: r.role }))}
              onChange={(e) => setRole(e.target.value as Role)}
            />
          )}
        </Field>
        <Field label="Expires after">
          {(f) => <Select {...f} value={days} choices={lives} onChange={(e) => setDays(e.target.value)} />}
        </Field>
        {make.isError && !failure?.detail?.field && <Failed what="The token was not made." error={make.error} />}
      </form>
    </Dialog>
  );
}
