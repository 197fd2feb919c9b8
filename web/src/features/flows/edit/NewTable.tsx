import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";

const types = ["text", "number", "boolean", "date", "object", "list"];

type Column = { name: string; type: string };

/** The columns of a table that is made when the flow is published. */
export function NewTable({
  onClose,
  onMake,
}: {
  onClose: () => void;
  onMake: (title: string, columns: Column[]) => void;
}) {
  const [title, setTitle] = useState("");
  const [columns, setColumns] = useState<Column[]>([{ name: "", type: "text" }]);
  const named = columns.filter((c) => c.name.trim() !== "");
  const twice = new Set(named.map((c) => c.name.trim())).size < named.length;
  const set = (i: number, part: Partial<Column>) =>
    setColumns(columns.map((c, n) => (n === i ? { ...c, ...part } : c)));
  const ready = title.trim() !== "" && named.length > 0 && !twice;
  return (
    <Dialog
      open
      onClose={onClose}
      title="New table"
      intro="It is made when the flow is published."
      footer={
        <Button
          look="primary"
          disabled={!ready}
          onClick={() =>
            onMake(
              title.trim(),
              named.map((c) => ({ ...c, name: c.name.trim() })),
            )
          }
        >
          Use this table
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Title" required>
          {(f) => <Input {...f} value={title} onChange={(e) => setTitle(e.target.value)} />}
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">Columns</legend>
          {columns.map((c, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
            <div key={i} className="grid grid-cols-[1fr_8rem] gap-2">
              <Input
                aria-label={`Name of column ${i + 1}`}
                value={c.name}
                onChange={(e) => set(i, { name: e.target.value })}
                onKeyDown={(e) => {
                  if (e.key !== "Enter" || i !== columns.length - 1) return;
                  e.preventDefault();
                  setColumns([...columns, { name: "", type: "text" }]);
                }}
                ref={i > 0 && i === columns.length - 1 ? focusNew : undefined}
              />
              <Select
                aria-label={`Type of column ${i + 1}`}
                value={c.type}
                choices={types.map((t) => ({ value: t, label: t }))}
                onChange={(e) => set(i, { type: e.target.value })}
              />
            </div>
          ))}
          {twice && <p className="text-xs text-bad">A name stands there twice.</p>}
          <div>
            <Button
              size="sm"
              icon={<Plus size={14} />}
              onClick={() => setColumns([...columns, { name: "", type: "text" }])}
            >
              Column
            </Button>
          </div>
        </fieldset>
      </div>
    </Dialog>
  );
}

/** Whoever adds a column wants to name it. */
function focusNew(box: HTMLInputElement | null) {
  if (box && box.value === "" && !box.dataset.seen) {
    box.dataset.seen = "yes";
    box.focus();
  }
}
