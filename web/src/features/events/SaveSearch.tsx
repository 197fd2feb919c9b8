import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import type { EventsSearch } from "./query.ts";

type Kept = components["schemas"]["KeptSearch"];

/** Saves what is looked for under a name, or changes what was saved. */
export function SaveSearch({
  search,
  saved,
  onClose,
}: {
  search: EventsSearch;
  saved: Kept | "new";
  onClose: () => void;
}) {
  const old = saved === "new" ? undefined : saved;
  const [name, setName] = useState(old?.name ?? "");
  const [shared, setShared] = useState(old?.shared ?? false);
  const [anew, setAnew] = useState(false);
  const { filter, q, source, range, since, until } = search;
  const shown = { filter, q, source, range, since, until };
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), shared, query: old && !anew ? old.query : shown };
      return old
        ? call("put", "/api/v1/event-searches/{id}", { path: { id: old.id }, body })
        : call("post", "/api/v1/event-searches", { body });
    },
    onSuccess: (k) => {
      toast({ title: `The search ${k.name} is saved` });
      onClose();
      return stale("/api/v1/event-searches");
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const asked = [shown.filter, shown.q].filter(Boolean).join(", ") || "All events";
  return (
    <Dialog
      open
      onClose={onClose}
      title={old ? "Change the saved search" : "Save this search"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!name.trim()} busy={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (name.trim()) save.mutate();
        }}
      >
        <Field label="Name" error={failure?.forField("name")}>
          {(wiring) => (
            <Input {...wiring} autoFocus maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        <code className="block font-mono text-xs wrap-anywhere text-muted">
          {old && !anew ? [old.query.filter, old.query.q].filter(Boolean).join(", ") || "All events" : asked}
        </code>
        {old && <Tick on={anew} onChange={setAnew} label="Look for what the page shows now" />}
        <Tick on={shared} onChange={setShared} label="Others of the organization see it" />
        {failure && !failure.forField("name") && <Failed what="The search could not be saved." error={failure} />}
      </form>
    </Dialog>
  );
}

function Tick({ on, onChange, label }: { on: boolean; onChange: (on: boolean) => void; label: string }) {
  return (
    <span className="flex items-center gap-2">
      <Checkbox checked={on} onChange={(c) => onChange(c === true)} label={label} />
      <span aria-hidden>{label}</span>
    </span>
  );
}
