import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import type { Alert } from "../alerts/alert.ts";
import { alertsStale } from "../alerts/useAlertChange.ts";

/** Puts alerts into a case that there is, or into a new one. */
export function AddToCase({ alerts, onClose, onDone }: { alerts: Alert[]; onClose: () => void; onDone: () => void }) {
  const cases = useQuery(read("/api/v1/cases", { query: { state: ["open", "in_progress"], limit: 100 } }));
  const [into, setInto] = useState("");
  const [title, setTitle] = useState(
    alerts[0] ? `${alerts[0].title}: ${alerts[0].entity.login || alerts[0].entity.name}` : "",
  );
  const form = useId();
  const ids = alerts.map((a) => a.id);
  const add = useMutation({
    mutationFn: () =>
      into
        ? call("post", "/api/v1/cases/{id}/alerts", { path: { id: into }, body: { add: ids } })
        : call("post", "/api/v1/cases", { body: { title: title.trim(), alerts: ids, assignee: "me" } }),
    onSuccess: (c) => {
      void alertsStale();
      toast({ title: `${counted(ids.length, "alert")} in case ${c.number}`, detail: c.title });
      onDone();
    },
  });
  const ready = into !== "" || title.trim() !== "";
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) add.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Put ${counted(ids.length, "alert")} into a case`}
      intro="A case is several alerts that are one story, worked on together."
      footer={
        <Button type="submit" form={form} look="primary" busy={add.isPending} disabled={!ready}>
          {into ? "Put into the case" : "Make the case"}
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Case">
          {(f) => (
            <Combobox
              {...f}
              label="Case"
              placeholder="A new case"
              value={into}
              onChange={setInto}
              options={
                cases.data && [
                  { value: "", label: "A new case" },
                  ...cases.data.items.map((c) => ({
                    value: c.id,
                    label: `${c.number} ${c.title}`,
                    detail: counted(c.alerts, "alert"),
                  })),
                ]
              }
            />
          )}
        </Field>
        {!into && (
          <Field label="Title of the new case" required>
            {(f) => <Input {...f} maxLength={200} value={title} onChange={(e) => setTitle(e.target.value)} />}
          </Field>
        )}
        {add.isError && <Failed what="The case was not changed." error={add.error} />}
      </form>
    </Dialog>
  );
}
