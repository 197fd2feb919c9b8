import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select, Textarea } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { scheduleWords } from "../flows/schedule.ts";
import { ConnectionField } from "./ConnectionField.tsx";
import { GraceFields } from "./GraceFields.tsx";
import { InputFields } from "./InputFields.tsx";
import { firstInputs, missingInputs } from "./remedy.ts";
import { draftOf, type Schedule, type ScheduleDraft, specOf, wanting } from "./schedule.ts";

/** Makes or changes what makes plans by the clock. */
export function ScheduleForm({ of, onClose }: { of?: Schedule; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(of, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const set = (part: Partial<ScheduleDraft>) => setDraft((d) => ({ ...d, ...part }));
  const form = useId();
  const books = useQuery(read("/api/v1/playbooks", {}));
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const [own] = tenants.data ?? [];
  const whole = { ...draft, connection: draft.connection || own?.connection.id || "" };
  const book = books.data?.find((b) => b.id === whole.playbook);
  const save = useMutation({
    mutationFn: () => {
      const body = specOf(whole, book);
      return of
        ? call("put", "/api/v1/remedy-schedules/{schedule}", { path: { schedule: of.id }, body })
        : call("post", "/api/v1/remedy-schedules", { body });
    },
    onSuccess: (s) => {
      void stale("/api/v1/remedy-schedules");
      toast({ title: `${s.title} is kept` });
      onClose();
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const wrong = (name: string) => failure?.forField(name);
  const ready = wanting(whole).length === 0 && book !== undefined && missingInputs(book, whole.inputs).length === 0;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={of ? of.title : "Have plans made by the clock"}
      intro="Its plans are asked for by whoever changed it last, who cannot approve them."
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" form={form} look="primary" busy={save.isPending} disabled={!ready}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Title" required error={wrong("title")}>
          {(f) => <Input {...f} maxLength={200} value={draft.title} onChange={(e) => set({ title: e.target.value })} />}
        </Field>
        <WhoFields draft={draft} set={set} wrong={wrong} />
        <Field label="What is to be done" required error={wrong("playbook")} help={book?.description}>
          {(f) => (
            <Combobox
              {...f}
              label="What is to be done"
              placeholder="Choose a playbook"
              value={draft.playbook}
              onChange={(id) => {
                const b = books.data?.find((x) => x.id === id);
                set({ playbook: id, inputs: b ? firstInputs(b, undefined) : {} });
              }}
              options={books.data
                ?.filter((b) => draft.by === "check" || b.for === "user")
                .map((b) => ({ value: b.id, label: b.title, detail: b.actions.join(", "), search: b.description }))}
            />
          )}
        </Field>
        {book && <InputFields of={book} typed={draft.inputs} onChange={(inputs) => set({ inputs })} />}
        <ConnectionField
          value={whole.connection}
          scopes={book?.scopes}
          onChange={(connection) => set({ connection })}
          error={wrong("connection")}
        />
        <WhenFields draft={draft} set={set} wrong={wrong} />
        <GraceFields draft={draft} set={set} />
        <div>
          {draft.by === "check" && (
            <Checkbox
              shown
              checked={draft.atOnce}
              onChange={(atOnce) => set({ atOnce })}
              label="It has a turn as soon as the check finds something new, too"
            />
          )}
          <Checkbox
            shown
            checked={draft.approval}
            onChange={(approval) => set({ approval })}
            label="Its plans always want approval"
          />
          <Checkbox shown checked={draft.enabled} onChange={(enabled) => set({ enabled })} label="It is on" />
        </div>
        {save.isError && <Failed what="It was not kept." error={save.error} />}
      </form>
    </Dialog>
  );
}

type FieldsProps = {
  draft: ScheduleDraft;
  set: (part: Partial<ScheduleDraft>) => void;
  wrong: (name: string) => string | undefined;
};

function WhoFields({ draft, set, wrong }: FieldsProps) {
  const checks = useQuery(read("/api/v1/checks", {}));
  return (
    <>
      <Field label="For" required>
        {(f) => (
          <Select
            {...f}
            value={draft.by}
            onChange={(e) => set({ by: e.target.value === "check" ? "check" : "people" })}
            choices={[
              { value: "people", label: "People of whom a condition holds" },
              { value: "check", label: "What a check finds" },
            ]}
          />
        )}
      </Field>
      {draft.by === "people" ? (
        <Field label="Condition" required error={wrong("people")} help="CEL over user and now.">
          {(f) => (
            <Textarea
              {...f}
              rows={2}
              spellCheck={false}
              className="font-mono !text-xs"
              placeholder={'user.status == "ACTIVE"'}
              value={draft.people}
              onChange={(e) => set({ people: e.target.value })}
            />
          )}
        </Field>
      ) : (
        <Field label="Check" required error={wrong("check")}>
          {(f) => (
            <Combobox
              {...f}
              label="Check"
              placeholder="Choose a check"
              value={draft.check}
              onChange={(check) => set({ check })}
              options={checks.data?.map((c) => ({ value: c.id, label: c.title, detail: c.id }))}
            />
          )}
        </Field>
      )}
    </>
  );
}

function WhenFields({ draft, set, wrong }: FieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Field
        label="When"
        required
        error={wrong("cron")}
        help={scheduleWords(draft.cron, draft.zone) ?? "minute hour day month weekday"}
      >
        {(f) => (
          <Input
            {...f}
            spellCheck={false}
            className="font-mono"
            value={draft.cron}
            onChange={(e) => set({ cron: e.target.value })}
          />
        )}
      </Field>
      <Field label="Zone" error={wrong("zone")} help="UTC where nothing is said.">
        {(f) => <Input {...f} spellCheck={false} value={draft.zone} onChange={(e) => set({ zone: e.target.value })} />}
      </Field>
      <Field label="At most" required error={wrong("ceiling")} help="More are a mistake: nothing is done then.">
        {(f) => (
          <Input
            {...f}
            type="number"
            min={1}
            max={500}
            value={draft.ceiling}
            onChange={(e) => set({ ceiling: e.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
