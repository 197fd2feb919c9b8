import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { useSession } from "../session/session.ts";
import { type Permission, roleLike, within } from "./matrix.ts";
import { PermissionMatrix } from "./PermissionMatrix.tsx";

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
  const entries = useQuery(read("/api/v1/permissions", {}));
  const [chosen, setChosen] = useState<Permission[]>([]);
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/tokens", {
        body: {
          name: name.trim(),
          permissions: chosen,
          endsAt: days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined,
        },
      }),
    onSuccess: () => void stale("/api/v1/tokens"),
  });
  const presets = roles.data?.map((r) => ({ ...r, permissions: within(r, session.permissions) }));
  const preset = roleLike(presets, chosen)?.id ?? "";
  const ready = name.trim() !== "" && chosen.length > 0;
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
      wide
      title="New API token"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!ready} busy={make.isPending} onClick={() => make.mutate()}>
            Make the token
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) make.mutate();
        }}
      >
        <Field label="Name" help="What uses it, such as “SIEM export”." error={failure?.forField("name")}>
          {(f) => <Input {...f} autoFocus value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <Field label="Expires after">
          {(f) => <Select {...f} value={days} choices={lives} onChange={(e) => setDays(e.target.value)} />}
        </Field>
        <Field
          label="May do as much as"
          help="As far as you may do it yourself. It can be changed below."
          error={failure?.forField("permissions")}
        >
          {(f) => (
            <Select
              {...f}
              value={preset}
              choices={[
                {
                  value: "",
                  label: chosen.length > 0 ? "what is chosen below" : "choose a role, or permissions below",
                },
                ...(presets ?? []).filter((r) => r.permissions.length > 0).map((r) => ({ value: r.id, label: r.name })),
              ]}
              onChange={(e) => setChosen(presets?.find((r) => r.id === e.target.value)?.permissions ?? [])}
            />
          )}
        </Field>
        {entries.data && (
          <PermissionMatrix
            entries={entries.data}
            chosen={chosen}
            may={(p) => session.permissions.includes(p)}
            onChange={setChosen}
          />
        )}
        {make.isError && !failure?.detail?.field && <Failed what="The token was not made." error={make.error} />}
      </form>
    </Dialog>
  );
}
