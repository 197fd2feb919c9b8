import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { Field, Input, Select, Textarea } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { effects } from "../activity/effects.tsx";
import { type Call, missingInputs, pairsOf, pairsText } from "./draft.ts";

type Kind = components["schemas"]["ValueKind"];
const kinds = ["text", "number", "boolean", "date", "object", "list", "any"].map((k) => ({ value: k, label: k }));
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].map((m) => ({ value: m, label: m }));

type Props = { call: Call; isNew?: boolean; onSave: (c: Call) => void; onClose: () => void };

/** One action: its request, what goes in, what comes out. */
export function CallSheet({ call: before, isNew, onSave, onClose }: Props) {
  const [c, setC] = useState(before);
  const [query, setQuery] = useState(pairsText(before.query));
  const [headers, setHeaders] = useState(pairsText(before.headers));
  const set = (part: Partial<Call>) => setC((now) => ({ ...now, ...part }));
  const whole: Call = { ...c, query: pairsOf(query), headers: pairsOf(headers) };
  const missing = missingInputs(whole);
  const add = (name: string) => set({ inputs: [...(c.inputs ?? []), { name, type: "text" }] });
  const input = (i: number, part: object) =>
    set({ inputs: c.inputs?.map((p, n) => (n === i ? { ...p, ...part } : p)) });
  const output = (i: number, part: object) =>
    set({ outputs: c.outputs?.map((p, n) => (n === i ? { ...p, ...part } : p)) });
  return (
    <Sheet
      open
      onClose={onClose}
      title={isNew ? "New action" : before.title || before.id}
      footer={
        <Button
          look="primary"
          disabled={!/^[a-z][a-z0-9_]*$/.test(c.id) || !c.path.startsWith("/")}
          onClick={() => {
            onSave(whole);
            onClose();
          }}
        >
          {isNew ? "Add" : "Done"}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Title">
          {(f) => <Input {...f} value={c.title ?? ""} onChange={(e) => set({ title: e.target.value })} />}
        </Field>
        <Field label="Name" required help="By which flows call it: small letters, digits and _.">
          {(f) => <Input {...f} className="font-mono" value={c.id} onChange={(e) => set({ id: e.target.value })} />}
        </Field>
        <Field label="What it does to the world" help={effects[c.effect].means}>
          {(f) => (
            <Select
              {...f}
              value={c.effect}
              choices={Object.entries(effects).map(([value, e]) => ({ value, label: e.label }))}
              onChange={(e) => set({ effect: e.target.value as Call["effect"] })}
            />
          )}
        </Field>
        <Field label="A second, equal call">
          {(f) => (
            <Select
              {...f}
              value={c.repeat}
              choices={[
                { value: "safe", label: "is harmless" },
                { value: "never", label: "does it again" },
              ]}
              onChange={(e) => set({ repeat: e.target.value as Call["repeat"] })}
            />
          )}
        </Field>
        <div className="grid grid-cols-[7rem_1fr] gap-3">
          <Field label="Method">
            {(f) => (
              <Select {...f} value={c.method} choices={methods} onChange={(e) => set({ method: e.target.value })} />
            )}
          </Field>
          <Field label="Path">
            {(f) => (
              <Input {...f} className="font-mono" value={c.path} onChange={(e) => set({ path: e.target.value })} />
            )}
          </Field>
        </div>
        <Lines label="Query" text={query} onChange={setQuery} />
        <Lines label="Headers" text={headers} onChange={setHeaders} />
        <Field label="Body">
          {(f) => (
            <Select
              {...f}
              value={c.encode ?? ""}
              choices={[
                { value: "", label: "None" },
                { value: "json", label: "JSON" },
                { value: "form", label: "A form" },
                { value: "text", label: "Text" },
              ]}
              onChange={(e) => set({ encode: e.target.value || undefined })}
            />
          )}
        </Field>
        {c.encode && (
          <Field
            label="What is in it"
            help={'An input stands in quotes: "{{ inputs.name }}"; empty ones are left out.'}
          >
            {(f) => (
              <Textarea
                {...f}
                className="min-h-28 font-mono text-xs"
                spellCheck={false}
                value={c.body ?? ""}
                onChange={(e) => set({ body: e.target.value })}
              />
            )}
          </Field>
        )}
        <Section title="Inputs">
          <div className="flex flex-col gap-2">
            {missing.length > 0 && (
              <Note
                tone="warn"
                title={`Not there yet: ${missing.join(", ")}`}
                action={
                  <Button
                    size="sm"
                    onClick={() =>
                      set({
                        inputs: [...(c.inputs ?? []), ...missing.map((name) => ({ name, type: "text" as const }))],
                      })
                    }
                  >
                    Add
                  </Button>
                }
              />
            )}
            {c.inputs?.map((p, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is typed
              <div key={i} className="flex flex-wrap items-center gap-2">
                <Input
                  aria-label="Name of the input"
                  className="min-w-0 flex-1 font-mono"
                  value={p.name}
                  onChange={(e) => input(i, { name: e.target.value })}
                />
                <Select
                  aria-label={`Type of ${p.name}`}
                  className="!w-24"
                  value={p.type ?? "text"}
                  choices={kinds}
                  onChange={(e) => input(i, { type: e.target.value as Kind })}
                />
                <Checkbox
                  shown
                  checked={p.required === true}
                  onChange={() => input(i, { required: !p.required })}
                  label="required"
                />
                <Button
                  look="quiet"
                  size="sm"
                  icon={<Trash2 size={14} />}
                  aria-label={`Remove ${p.name}`}
                  onClick={() => set({ inputs: c.inputs?.filter((_, n) => n !== i) })}
                />
              </div>
            ))}
            <div>
              <Button size="sm" icon={<Plus size={14} />} onClick={() => add("")}>
                An input
              </Button>
            </div>
          </div>
        </Section>
        <Section title="Outputs">
          <div className="flex flex-col gap-2">
            {c.outputs?.map((p, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is typed
              <div key={i} className="flex flex-wrap items-center gap-2">
                <Input
                  aria-label="Name of the output"
                  className="min-w-0 flex-1 font-mono"
                  value={p.name}
                  onChange={(e) => output(i, { name: e.target.value })}
                />
                <Select
                  aria-label={`Type of ${p.name}`}
                  className="!w-24"
                  value={p.type ?? "text"}
                  choices={kinds}
                  onChange={(e) => output(i, { type: e.target.value as Kind })}
                />
                <Input
                  aria-label={`Where ${p.name} comes from`}
                  className="min-w-0 flex-1 font-mono"
                  value={p.from}
                  onChange={(e) => output(i, { from: e.target.value })}
                />
                <Button
                  look="quiet"
                  size="sm"
                  icon={<Trash2 size={14} />}
                  aria-label={`Remove ${p.name}`}
                  onClick={() => set({ outputs: c.outputs?.filter((_, n) => n !== i) })}
                />
              </div>
            ))}
            <div>
              <Button
                size="sm"
                icon={<Plus size={14} />}
                onClick={() => set({ outputs: [...(c.outputs ?? []), { name: "", type: "text", from: "body." }] })}
              >
                An output
              </Button>
            </div>
          </div>
        </Section>
      </div>
    </Sheet>
  );
}

function Lines({ label, text, onChange }: { label: string; text: string; onChange: (t: string) => void }) {
  return (
    <Field label={label} help="One on each line, as name: value.">
      {(f) => (
        <Textarea
          {...f}
          className="min-h-16 font-mono text-xs"
          spellCheck={false}
          value={text}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}
