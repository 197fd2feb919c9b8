import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { freeId } from "./model/edit.ts";

const another = "\0";

/** Begins a flow on an empty canvas. */
export function NewFlow({ folder, onClose }: { folder?: string; onClose: () => void }) {
  const navigate = useNavigate();
  const folders = useQuery(read("/api/v1/folders", {}));
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState(folder);
  const [name, setName] = useState("");
  const where = chosen ?? folders.data?.[0]?.id ?? (folders.data ? another : "");
  const begin = useMutation({
    mutationFn: async () => {
      const id =
        where === another ? (await call("post", "/api/v1/folders", { body: { name: name.trim() } })).id : where;
      const slug = freeId(title, new Set());
      return call("post", "/api/v1/flows", {
        body: { folder: id, yaml: `flow: ${slug}\ntitle: ${JSON.stringify(title.trim())}\ncards: []\n`, begun: true },
      });
    },
    onSuccess: (made) => {
      void stale("/api/v1/flows", "/api/v1/folders");
      void navigate({ to: "/flows/$id/edit", params: { id: made.id } });
    },
  });
  const ready = title.trim() !== "" && where !== "" && (where !== another || name.trim() !== "");
  return (
    <Dialog
      open
      onClose={onClose}
      title="New flow"
      intro="It begins empty, as a draft."
      footer={
        <Button type="submit" form="new-flow" look="primary" disabled={!ready} busy={begin.isPending}>
          Begin
        </Button>
      }
    >
      <form
        id="new-flow"
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) begin.mutate();
        }}
      >
        <Field
          label="Title"
          required
          help={title.trim() ? `Other flows call it ${freeId(title, new Set())}.` : undefined}
        >
          {(f) => <Input {...f} value={title} onChange={(e) => setTitle(e.target.value)} autoComplete="off" />}
        </Field>
        <Field label="Folder" help="Flows of one folder can call each other.">
          {(f) => (
            <Select
              {...f}
              value={where}
              choices={[
                ...(folders.data ?? []).map((x) => ({ value: x.id, label: x.name })),
                { value: another, label: "A new folder…" },
              ]}
              onChange={(e) => setChosen(e.target.value)}
            />
          )}
        </Field>
        {where === another && (
          <Field label="Name of the folder" required>
            {(f) => <Input {...f} value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
        )}
        {begin.isError && <Failed what="The flow was not made." error={begin.error} />}
      </form>
    </Dialog>
  );
}
