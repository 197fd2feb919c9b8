import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../../api/query.ts";
import { Field, Select } from "../../../kit/Field.tsx";
import { freeId, setIn } from "../model/edit.ts";
import { setTop } from "../model/palette.ts";
import { textOf } from "../model/tree.ts";
import type { CardEdit } from "./CardValue.tsx";
import { NewTable } from "./NewTable.tsx";

const another = "\0";

/** The table that a card works on: a slot of the flow, or one that becomes a slot. */
export function TableField({ edit }: { edit: CardEdit }) {
  const { card, editor } = edit;
  const tables = useQuery(read("/api/v1/tables", {}));
  const [making, setMaking] = useState(false);
  const slots = editor.tree?.tables ?? [];
  const there = (tables.data ?? []).filter((t) => !slots.some((s) => s.title === t.title));
  const use = (title: string, columns: { name: string; type: string }[]) =>
    editor.change((s, tree) => {
      const name = freeId(title, new Set(tree.tables.map((t) => t.name)));
      setTop(s, ["tables", name], { title, columns: Object.fromEntries(columns.map((c) => [c.name, c.type])) });
      setIn(s.doc, card.path, ["table"], name);
      return card.path;
    });
  return (
    <>
      <Field label="Table" required error={edit.wrong("table")}>
        {(f) => (
          <Select
            {...f}
            value={textOf(card.data.table)}
            choices={[
              { value: "", label: "Choose" },
              ...slots.map((s) => ({ value: s.name, label: s.title })),
              ...there.map((t) => ({ value: `+${t.id}`, label: `${t.title} (there already)` })),
              { value: another, label: "A new table…" },
            ]}
            onChange={(e) => {
              const v = e.target.value;
              const chosen = there.find((t) => `+${t.id}` === v);
              if (v === another) setMaking(true);
              else if (chosen) use(chosen.title, chosen.columns);
              else edit.set(["table"], v);
            }}
          />
        )}
      </Field>
      {making && (
        <NewTable
          onClose={() => setMaking(false)}
          onMake={(title, columns) => {
            setMaking(false);
            use(title, columns);
          }}
        />
      )}
    </>
  );
}
