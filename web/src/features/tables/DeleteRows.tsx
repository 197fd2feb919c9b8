import { useMutation } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";

type Row = components["schemas"]["Row"];
type Table = components["schemas"]["Table"];

const refresh = () => void stale("/api/v1/tables", "/api/v1/tables/{id}", "/api/v1/tables/{id}/rows");

/** Deletes rows, and can bring them back with new ids. */
export function DeleteRows({ table, rows, onDone }: { table: Table; rows: Row[]; onDone: () => void }) {
  const back = useMutation({
    mutationFn: (lost: Row[]) =>
      Promise.all(
        lost.map((r) =>
          call("post", "/api/v1/tables/{id}/rows", { path: { id: table.id }, body: { values: r.values } }),
        ),
      ),
    onSuccess: (made) => {
      refresh();
      toast({ title: `${counted(made.length, "row")} brought back` });
    },
    onError: (e) => toast({ tone: "bad", title: "Not all rows were brought back", detail: e.message }),
  });
  const remove = useMutation({
    mutationFn: async (list: Row[]) => {
      const done = await Promise.allSettled(
        list.map((r) => call("delete", "/api/v1/tables/{id}/rows/{row}", { path: { id: table.id, row: r.id } })),
      );
      return list.filter((_, i) => done[i]?.status === "fulfilled");
    },
    onSuccess: (gone, list) => {
      refresh();
      onDone();
      const action = gone.length > 0 ? { label: "Bring them back", run: () => back.mutate(gone) } : undefined;
      if (gone.length < list.length)
        toast({ tone: "bad", title: `${gone.length} of ${counted(list.length, "row")} deleted`, action });
      else toast({ title: `${counted(gone.length, "row")} deleted`, action });
    },
  });
  return (
    <>
      <span>{rows.length} selected</span>
      <Button size="sm" icon={<Trash2 size={14} />} busy={remove.isPending} onClick={() => remove.mutate(rows)}>
        Delete
      </Button>
      <Button size="sm" look="quiet" onClick={onDone}>
        Clear
      </Button>
    </>
  );
}
