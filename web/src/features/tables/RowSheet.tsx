import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { ValueField } from "../../kit/ValueField.tsx";
import { initial, problems, type ValueSpec, valuesOf } from "../../kit/value.ts";
import { useLeaving } from "../../shell/useLeaving.ts";
import { useCan } from "../session/session.ts";
import { KeepSealed } from "./KeepSealed.tsx";

type Table = components["schemas"]["Table"];
type Row = components["schemas"]["Row"];

/** A row with all its values, to be read, changed or added. */
export function RowSheet({ table, row, onClose }: { table: Table; row?: Row; onClose: () => void }) {
  const can = useCan("tables:write");
  const specs = table.columns.map(
    (c): ValueSpec => ({
      name: c.name,
      title: c.name,
      type: c.type,
      required: false,
      default: row ? undefined : c.default,
      long: c.type === "text" && String(row?.values[c.name] ?? "").length > 60,
    }),
  );
  const [seal, setSeal] = useState<string[]>([]);
  const [texts, setTexts] = useState(() => initial(specs, row?.values));
  const before = initial(specs, row?.values);
  const changed = specs.filter((s) => texts[s.name] !== before[s.name]);
  const wrong = problems(specs, texts);
  const leaving = useLeaving(can && (changed.length > 0 || seal.length > 0));
  const save = useMutation({
    mutationFn: () => {
      const all = valuesOf(specs, texts);
      if (!row)
        return call("post", "/api/v1/tables/{id}/rows", { path: { id: table.id }, body: { values: all, seal } });
      const values = Object.fromEntries(changed.map((s) => [s.name, all[s.name] ?? null]));
      return call("patch", "/api/v1/tables/{id}/rows/{row}", {
        path: { id: table.id, row: row.id },
        body: { values, seal },
      });
    },
    onSuccess: () => {
      void stale("/api/v1/tables", "/api/v1/tables/{id}", "/api/v1/tables/{id}/rows");
      toast({ title: row ? "Saved" : "Row added" });
      leaving.letGo();
      onClose();
    },
  });
  return (
    <Sheet
      open
      onClose={onClose}
      title={row ? "Row" : `New row of ${table.title}`}
      intro={
        row && (
          <>
            Created <Time at={row.createdAt} />, changed <Time at={row.updatedAt} />
          </>
        )
      }
      footer={
        leaving.asking ? (
          <>
            <p role="alert" className="mr-auto text-sm text-warn">
              {row ? "The changes are not saved." : "The row is not added yet."}
            </p>
            <Button onClick={leaving.leave}>Throw it away</Button>
            <Button look="primary" onClick={leaving.stay}>
              Go on
            </Button>
          </>
        ) : (
          can && (
            <>
              <Button onClick={onClose}>Cancel</Button>
              <Button
                look="primary"
                busy={save.isPending}
                disabled={
                  Object.keys(wrong).length > 0 || (row !== undefined && changed.length === 0 && seal.length === 0)
                }
                onClick={() => save.mutate()}
              >
                {row ? "Save" : "Add"}
              </Button>
            </>
          )
        )
      }
    >
      <div className="flex flex-col gap-4">
        {specs.map((s) => (
          <div key={s.name} className="flex flex-col gap-1">
            <ValueField
              spec={s}
              disabled={!can}
              text={texts[s.name] ?? ""}
              onChange={(t) => setTexts({ ...texts, [s.name]: t })}
              error={wrong[s.name]}
            />
            {s.type === "text" && can && (
              <KeepSealed
                column={s.name}
                was={row?.sealed?.includes(s.name) ?? false}
                on={seal.includes(s.name)}
                onChange={(on) => setSeal(on ? [...seal, s.name] : seal.filter((n) => n !== s.name))}
              />
            )}
          </div>
        ))}
        {save.isError && <Failed what="The row was not saved." error={save.error} />}
      </div>
    </Sheet>
  );
}
