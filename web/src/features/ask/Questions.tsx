import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Section } from "../../kit/Page.tsx";
import { toast } from "../../kit/Toast.tsx";
import { nameOf } from "./sql.ts";

type Question = components["schemas"]["KeptQuestion"];

/** The questions that are kept: those of the organization, and those that come with the product. */
export function Questions({
  questions,
  open,
  text,
  onChoose,
}: {
  questions: Question[];
  open?: Question;
  text: string;
  onChoose: (q: Question) => void;
}) {
  const [saving, setSaving] = useState(false);
  const remove = useMutation({
    mutationFn: (q: Question) => call("delete", "/api/v1/questions/{id}", { path: { id: q.id } }),
    onSuccess: () => stale("/api/v1/questions"),
    onError: (e) => toast({ tone: "bad", title: "It is still there", detail: e.message }),
  });
  return (
    <Section
      title="Questions"
      aside={
        <Button size="sm" disabled={!text.trim()} onClick={() => setSaving(true)}>
          Save
        </Button>
      }
    >
      <ul className="max-h-72 overflow-y-auto rounded-lg border bg-surface">
        {questions.map((q) => (
          <li key={q.id || q.name} className="flex items-start border-t border-line first:border-t-0">
            <button
              type="button"
              aria-current={open === q || undefined}
              onClick={() => onChoose(q)}
              className="min-w-0 flex-1 px-3 py-1.5 text-left text-sm hover:bg-hover aria-current:bg-accent-soft"
            >
              <span className="block wrap-anywhere">{q.text}</span>
              <span className="block text-xs text-muted">
                {q.name}
                {q.builtIn ? "" : q.owner.name ? `, by ${q.owner.name}` : ""}
              </span>
            </button>
            {q.own && !q.builtIn && (
              <Button
                size="sm"
                look="quiet"
                aria-label={`Forget ${q.name}`}
                busy={remove.isPending && remove.variables === q}
                onClick={() => remove.mutate(q)}
              >
                Forget
              </Button>
            )}
          </li>
        ))}
      </ul>
      {saving && (
        <SaveQuestion old={open?.own && !open.builtIn ? open : undefined} sql={text} onClose={() => setSaving(false)} />
      )}
    </Section>
  );
}

function SaveQuestion({ old, sql, onClose }: { old?: Question; sql: string; onClose: () => void }) {
  const [text, setText] = useState(old?.text ?? "");
  const name = old && text === old.text ? old.name : nameOf(text);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: old ? old.name : name, text: text.trim(), sql };
      return old
        ? call("put", "/api/v1/questions/{id}", { path: { id: old.id }, body })
        : call("post", "/api/v1/questions", { body });
    },
    onSuccess: (q) => {
      toast({ title: `The question ${q.name} is saved` });
      onClose();
      return stale("/api/v1/questions");
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={old ? "Change the question" : "Save the question"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!name} busy={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (name) save.mutate();
        }}
      >
        <Field
          label="What it asks, in words"
          help={
            name && `Everybody of the organization finds it, and sallyport sql --saved ${old?.name ?? name} asks it.`
          }
          error={failure?.forField("name")}
        >
          {(wiring) => (
            <Input {...wiring} autoFocus maxLength={500} value={text} onChange={(e) => setText(e.target.value)} />
          )}
        </Field>
        {failure && !failure.forField("name") && <Failed what="The question could not be saved." error={failure} />}
      </form>
    </Dialog>
  );
}
