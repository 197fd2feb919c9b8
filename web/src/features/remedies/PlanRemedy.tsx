import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { ConnectionField } from "./ConnectionField.tsx";
import { InputFields } from "./InputFields.tsx";
import {
  type Cause,
  firstInputs,
  fitting,
  inputsOf,
  missingInputs,
  type Playbook,
  remediesStale,
  type Subject,
} from "./remedy.ts";
import { through } from "./through.ts";

type PlanRemedyProps = {
  tenant: string;
  subjects: Subject[];
  cause: Cause;
  check?: string;
  /** The playbook that is chosen at first. */
  first?: string;
  /** What is known of what the playbook is told; it can be written over. */
  inputs?: Record<string, string>;
  onClose: () => void;
};

/** Chooses what is to be done about something. What comes of it is a plan: nothing is changed by making one. */
export function PlanRemedy(props: PlanRemedyProps) {
  const { tenant, subjects, check, onClose } = props;
  const books = useQuery(read("/api/v1/playbooks", {}));
  const org = useQuery(read("/api/v1/tenants/{id}", { path: { id: tenant } }));
  const [subject] = subjects;
  const failed = books.error ?? org.error;
  const fits = books.data && fitting(books.data, { kind: subject?.kind, check });
  if (fits && fits.length > 0 && org.data) return <Form {...props} books={fits} own={org.data.connection.id} />;
  return (
    <Dialog open onClose={onClose} title="Plan a remedy" footer={<Button onClick={onClose}>Close</Button>}>
      {failed ? (
        <Failed what="What can be done could not be read." error={failed} />
      ) : fits && org.data ? (
        <p className="text-muted">No playbook is for this. The check says how it is put right by hand.</p>
      ) : (
        <SkeletonLines lines={3} />
      )}
    </Dialog>
  );
}

function Form({
  books,
  own,
  subjects,
  cause,
  check,
  first,
  inputs,
  onClose,
}: PlanRemedyProps & { books: Playbook[]; own: string }) {
  const navigate = useNavigate();
  const form = useId();
  const start = books.find((b) => b.id === first) ?? books[0];
  const [chosen, setChosen] = useState(start);
  const [picked, pick] = useState<string>();
  const all = useQuery({ ...read("/api/v1/connections", {}), enabled: useCan("connections:read") });
  const connection = picked ?? through(all.data ?? [], own, chosen?.scopes ?? []);
  const part = subjects.length === 1 ? subjects[0]?.part : undefined;
  const [typed, setTyped] = useState(() => (start ? firstInputs(start, part, inputs) : {}));
  const plan = useMutation({
    mutationFn: (b: Playbook) =>
      call("post", "/api/v1/remedies", {
        body: {
          playbook: b.id,
          connection,
          cause,
          objects: subjects.map((s) => ({ id: s.id, name: s.name, with: inputsOf(b, typed) })),
        },
      }),
    onSuccess: (made) => {
      void remediesStale();
      onClose();
      void navigate({ to: "/remedies/$id", params: { id: made.id } });
    },
  });
  const ready = chosen !== undefined && missingInputs(chosen, typed).length === 0;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) plan.mutate(chosen);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Plan a remedy for ${subjects.length === 1 ? subjects[0]?.name : counted(subjects.length, "object")}`}
      intro="The org is read, and nothing is changed: the plan shows each call before it is made."
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" form={form} look="primary" busy={plan.isPending} disabled={!ready}>
            Show the plan
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label="What is to be done" required>
          {(f) => (
            <Combobox
              {...f}
              label="What is to be done"
              placeholder="Choose a playbook"
              value={chosen?.id ?? ""}
              onChange={(id) => {
                const b = books.find((x) => x.id === id);
                setChosen(b);
                if (b) setTyped(firstInputs(b, part, inputs));
              }}
              options={books.map((b) => ({
                value: b.id,
                label: b.title,
                detail: check && b.fixes.includes(check) ? "repairs what was found" : b.actions.join(", "),
                search: b.description,
              }))}
            />
          )}
        </Field>
        {chosen && <About book={chosen} />}
        {chosen && <InputFields of={chosen} typed={typed} onChange={setTyped} />}
        <ConnectionField value={connection} scopes={chosen?.scopes} onChange={pick} />
        {plan.isError && <Failed what="No plan was made." error={plan.error} />}
      </form>
    </Dialog>
  );
}

/** What a playbook does, as far as it can be said before a plan is made. */
function About({ book: b }: { book: Playbook }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm text-muted">
        {b.description} {b.canUndo ? "Each step can be undone." : "Not every step can be undone."}
      </p>
      {b.approval && <Note tone="info">It wants the approval of somebody else: {b.approval}.</Note>}
    </div>
  );
}
