import { useMutation } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";

type Table = components["schemas"]["Table"];
type Column = components["schemas"]["NewColumn"];
type Draft = Column & { key: number };

const types = ["text", "number", "boolean", "date"].map((t) => ({ value: t, label: t }));

/** Makes a table, or changes its title and columns. */
export function TableForm({
  table,
  onClose,
  onSaved,
}: {
  table?: Table;
  onClose: () => void;
  onSaved: (t: Table) => void;
}) {
  const [title, setTitle] = useState(table?.title ?? "");
  const [columns, setColumns] = useState<Draft[]>(() =>
    (table?.columns ?? [{ name: "", type: "text" as const }]).map((c, key) => ({ ...c, key })),
  );
  const save = useMutation({
    mutationFn: () => {
      const body = { title: title.trim(), columns: columns.map(({ key: _, ...c }) => ({ ...c, name: c.name.trim() })) };
      return table
        ? call("patch", "/api/v1/tables/{id}", { path: { id: table.id }, body })
        : call("post", "/api/v1/tables", { body });
    },
    onSuccess: (t) => {
      void stale("/api/v1/tables", "/api/v1/tables/{id}", "/api/v1/tables/{id}/rows");
      onClose();
      onSaved(t);
    },
  });
  const set = (key: number, part: Partial<Column>) =>
    setColumns(columns.map((c) => (c.key === key ? { ...c, ...part } : c)));
  const lost = (table?.columns ?? []).filter((c) => !columns.some((d) => d.id === c.id));
  const twice = (name: string) => name.trim() !== "" && columns.filter((c) => c.name.trim() === name.trim()).length > 1;
  const ready =
    title.trim() !== "" && columns.length > 0 && columns.every((c) => c.name.trim() !== "" && !twice(c.name));
  return (
    <Dialog
      open
      onClose={onClose}
      title={table ? `Change ${table.title}` : "New table"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!ready} busy={save.isPending} onClick={() => save.mutate()}>
            {table ? "Save" : "Make the table"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Title">
          {(f) => (
            <Input {...f} autoFocus={!table} value={title} maxLength={100} onChange={(e) => setTitle(e.target.value)} />
          )}
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">Columns</legend>
          {columns.map((c, i) => (
            <div key={c.key} className="flex items-start gap-2">
              <Field
                label={`Name of column ${i + 1}`}
                hideLabel
                className="flex-1"
                error={twice(c.name) ? "This name stands there twice." : undefined}
              >
                {(f) => (
                  <Input
                    {...f}
                    value={c.name}
                    placeholder="Name"
                    maxLength={100}
                    onChange={(e) => set(c.key, { name: e.target.value })}
                  />
                )}
              </Field>
              <Field label={`Type of column ${i + 1}`} hideLabel className="w-28">
                {(f) => (
                  <Select
                    {...f}
                    value={c.type}
                    disabled={c.id !== undefined}
                    choices={types}
                    onChange={(e) => set(c.key, { type: e.target.value as Column["type"] })}
                  />
                )}
              </Field>
              <Button
                look="quiet"
                icon={<Trash2 size={15} />}
                aria-label={`Remove column ${c.name || i + 1}`}
                disabled={columns.length === 1}
                onClick={() => setColumns(columns.filter((d) => d.key !== c.key))}
              />
            </div>
          ))}
          <div>
            <Button
              size="sm"
              icon={<Plus size={14} />}
              onClick={() =>
                setColumns([...columns, { name: "", type: "text", key: 1 + Math.max(0, ...columns.map((c) => c.key)) }])
              }
            >
              Add a column
            </Button>
          </div>
        </fieldset>
        {lost.length > 0 && (
          <Note tone="warn" title={lost.length === 1 ? "A column will be lost" : `${lost.length} columns will be lost`}>
            {lost.map((c) => c.name).join(", ")}: the values in{" "}
            {table && table.rows === 1 ? "its row" : `all ${table?.rows} rows`} go with it. Export the rows first if
            they matter.
          </Note>
        )}
        {save.isError && <Failed what="The table was not saved." error={save.error} />}
      </div>
    </Dialog>
  );
}
