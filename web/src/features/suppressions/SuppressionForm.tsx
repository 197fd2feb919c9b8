import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Field, Input, Select, Textarea } from "../../kit/Field.tsx";
import { Section, Split } from "../../kit/Page.tsx";
import { useAlertTypes } from "../rules/attack.ts";
import { Preview } from "./Preview.tsx";
import { type Draft, type Likeness, type Scope, spans, withCondition } from "./suppression.ts";

/** What a suppression is made of, and beside it what it would have hidden. */
export function SuppressionForm({
  first,
  kept,
  like = [],
  busy,
  error,
  saveLabel,
  cancel,
  onSave,
}: {
  first: Draft;
  /** The end that it has now. */
  kept?: string;
  /** Conditions that may be meant. */
  like?: Likeness[];
  busy: boolean;
  error: unknown;
  saveLabel: string;
  cancel?: ReactNode;
  onSave: (draft: Draft) => void;
}) {
  const [draft, setDraft] = useState(first);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const failure = error instanceof Failure ? error : undefined;
  const wrong = (name: string) => failure?.forField(name);
  const ready =
    draft.where.trim() !== "" &&
    draft.reason.trim() !== "" &&
    (draft.scope !== "rule" || draft.rule !== "") &&
    (draft.scope !== "type" || draft.type !== "");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) onSave(draft);
  };
  return (
    <Split
      aside={
        <Section title="What it would have hidden">
          <Preview draft={draft} />
        </Section>
      }
    >
      <form onSubmit={submit} className="flex max-w-2xl flex-col gap-4">
        <ScopeFields draft={draft} set={set} wrong={wrong("target")} />
        <Field
          label="Hide events of which this holds"
          required
          error={wrong("where")}
          help="CEL over event (as it came), entity (kind, id, login, name) and alert (rule, type, severity, tags)."
        >
          {(f) => (
            <Textarea
              {...f}
              rows={3}
              spellCheck={false}
              className="font-mono !text-xs"
              placeholder={'entity.login == "scanner@example.com"'}
              maxLength={16_000}
              value={draft.where}
              onChange={(e) => set({ where: e.target.value })}
            />
          )}
        </Field>
        {like.length > 0 && (
          <fieldset className="-mt-2 flex flex-wrap gap-1.5" aria-label="Conditions like the alert">
            {like.map((l) => (
              <Button
                key={l.cel}
                size="sm"
                aria-pressed={draft.where.split(" && ").includes(l.cel)}
                look={draft.where.split(" && ").includes(l.cel) ? "primary" : "plain"}
                onClick={() => set({ where: withCondition(draft.where, l.cel) })}
                className="max-w-full"
              >
                <span className="truncate">{l.label}</span>
              </Button>
            ))}
          </fieldset>
        )}
        <Field
          label="Reason"
          required
          help="Whoever wonders in half a year why this was quiet reads it."
          error={wrong("reason")}
        >
          {(f) => (
            <Input {...f} maxLength={2000} value={draft.reason} onChange={(e) => set({ reason: e.target.value })} />
          )}
        </Field>
        <Field
          label="For how long"
          error={wrong("expiresAt")}
          help="Then it hides nothing more, and stays in the list."
        >
          {(f) => (
            <Select
              {...f}
              className="!w-auto self-start"
              value={draft.days}
              choices={
                kept || draft.days === "kept"
                  ? [{ value: "kept", label: "Until the end that it has" }, ...spans]
                  : spans
              }
              onChange={(e) => set({ days: e.target.value })}
            />
          )}
        </Field>
        {error !== undefined && error !== null && !failure?.detail?.field && (
          <Failed what="The suppression was not saved." error={error} />
        )}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" disabled={!ready} busy={busy}>
            {saveLabel}
          </Button>
          {cancel}
        </div>
      </form>
    </Split>
  );
}

function ScopeFields({ draft, set, wrong }: { draft: Draft; set: (part: Partial<Draft>) => void; wrong?: string }) {
  const rules = useQuery({ ...read("/api/v1/rules", {}), placeholderData: keepPreviousData });
  const types = useAlertTypes();
  return (
    <>
      <Field label="From which rules">
        {(f) => (
          <Select
            {...f}
            value={draft.scope}
            onChange={(e) => set({ scope: e.target.value as Scope })}
            choices={[
              { value: "rule", label: "One rule" },
              { value: "type", label: "All rules of an alert type" },
              { value: "all", label: "All rules" },
            ]}
          />
        )}
      </Field>
      {draft.scope === "rule" && (
        <Field label="Rule" required error={wrong}>
          {(f) => (
            <Combobox
              {...f}
              label="Rule"
              placeholder="Choose a rule"
              value={draft.rule}
              onChange={(rule) => set({ rule })}
              options={rules.data?.map((r) => ({ value: r.id, label: r.title, detail: r.description, search: r.slug }))}
            />
          )}
        </Field>
      )}
      {draft.scope === "type" && (
        <Field label="Alert type" required error={wrong}>
          {(f) => (
            <Combobox
              {...f}
              label="Alert type"
              placeholder="Choose a type"
              value={draft.type}
              onChange={(type) => set({ type })}
              options={types?.map((t) => ({ value: t.id, label: t.title, detail: t.description }))}
            />
          )}
        </Field>
      )}
    </>
  );
}
