import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { freeId } from "../model/edit.ts";
import { setTop } from "../model/palette.ts";
import type { Placed } from "../model/problems.ts";
import type { Path } from "../model/source.ts";
import { objectOf, textOf } from "../model/tree.ts";
import { Without } from "./fields/NamedFields.tsx";
import { PortFields } from "./PortFields.tsx";
import { LongText } from "./TriggerForm.tsx";
import type { Editor } from "./useEditor.ts";

type Setter = (path: Path, value: unknown) => void;

/** How the runs of the flow are carried out. */
function Running({
  editor,
  set,
  wrong,
}: {
  editor: Editor;
  set: Setter;
  wrong: (field: string) => string | undefined;
}) {
  const d = objectOf(editor.model.source?.doc.toJS());
  return (
    <section aria-label="Running" className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">Running</h3>
      <div className="grid grid-cols-3 gap-2">
        <Field label="Priority" error={wrong("priority")}>
          {(f) => (
            <Select
              {...f}
              value={textOf(d.priority) || "normal"}
              choices={["containment", "normal", "bulk"].map((p) => ({ value: p, label: p }))}
              onChange={(e) => set(["priority"], e.target.value === "normal" ? undefined : e.target.value)}
            />
          )}
        </Field>
        <Field label="At most" error={wrong("timeout")}>
          {(f) => (
            <Input
              {...f}
              placeholder="24h"
              value={textOf(d.timeout)}
              onChange={(e) => set(["timeout"], e.target.value || undefined)}
            />
          )}
        </Field>
        <Field label="At once" error={wrong("concurrency")}>
          {(f) => (
            <Input
              {...f}
              type="number"
              min={1}
              placeholder="any"
              value={typeof d.concurrency === "number" ? d.concurrency : ""}
              onChange={(e) => set(["concurrency"], e.target.value === "" ? undefined : Number(e.target.value))}
            />
          )}
        </Field>
      </div>
      <Checkbox
        shown
        label="Keep the data that passes through"
        checked={d.save_data !== false}
        onChange={(on) => set(["save_data"], on ? undefined : false)}
      />
    </section>
  );
}

/** What a flow is called, and what it is made with: connections, tables, options. */
export function FlowForm({ editor, problems }: { editor: Editor; problems: Placed[] }) {
  const { tree, model } = editor;
  if (!tree || !model.catalogue) return null;
  const set = (path: Path, value: unknown) =>
    editor.change((s) => {
      setTop(s, path, value);
      return undefined;
    }, path.join("."));
  const connectors = [...model.catalogue.connectors.values()].toSorted((a, b) => a.title.localeCompare(b.title));
  const titleOf = (id: string) => model.catalogue?.connectors.get(id)?.title ?? id;
  const general = problems.filter((p) => p.card === "" && p.field !== "cards");
  return (
    <fieldset disabled={editor.broken} className="flex min-w-0 flex-col gap-4 p-4" aria-label="The flow">
      <h2 className="text-base">The flow</h2>
      {general.map((p) => (
        <Note key={p.message} tone="bad">
          {p.message}
        </Note>
      ))}
      <Field label="Title of the flow">
        {(f) => <Input {...f} value={tree.title} onChange={(e) => set(["title"], e.target.value || undefined)} />}
      </Field>
      <LongText label="Description" value={tree.description} onChange={(v) => set(["description"], v || undefined)} />
      <Running editor={editor} set={set} wrong={(field) => general.find((p) => p.field === field)?.message} />
      <section aria-label="Connections" className="flex flex-col gap-2">
        <h3 className="text-sm font-medium">Connections</h3>
        {tree.connections.length === 0 && (
          <p className="text-sm text-faint">They come with the actions that are added.</p>
        )}
        <ul className="flex flex-col gap-1">
          {tree.connections.map((c) => (
            <li key={c.name} className="flex items-center gap-2 text-sm">
              <code className="font-mono text-xs">{c.name}</code>
              <span className="min-w-0 flex-1 truncate text-muted">{c.connectors.map(titleOf).join(" or ")}</span>
              <Without label={`connection ${c.name}`} onRemove={() => set(["connections", c.name], undefined)} />
            </li>
          ))}
        </ul>
        <Select
          aria-label="Add a connection"
          value=""
          choices={[
            { value: "", label: "Add a connection" },
            ...connectors.map((c) => ({ value: c.id, label: c.title })),
          ]}
          onChange={(e) =>
            e.target.value &&
            set(["connections", freeId(e.target.value, new Set(tree.connections.map((c) => c.name)))], e.target.value)
          }
        />
      </section>
      <section aria-label="Tables" className="flex flex-col gap-2">
        <h3 className="text-sm font-medium">Tables</h3>
        {tree.tables.length === 0 && <p className="text-sm text-faint">They come with the cards that work on rows.</p>}
        <ul className="flex flex-col gap-1">
          {tree.tables.map((t) => (
            <li key={t.name} className="flex items-center gap-2 text-sm">
              <span className="min-w-0 flex-1 truncate">
                {t.title} <span className="text-faint">{t.columns.map((c) => c.name).join(", ")}</span>
              </span>
              <Without label={`table ${t.title}`} onRemove={() => set(["tables", t.name], undefined)} />
            </li>
          ))}
        </ul>
      </section>
      <PortFields editor={editor} title="Options" noun="an option" at={["options"]} ports={tree.options} withSecret />
    </fieldset>
  );
}
