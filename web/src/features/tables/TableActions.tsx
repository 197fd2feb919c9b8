import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download, Ellipsis, Trash2, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { call, send } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { TableForm } from "./TableForm.tsx";

type Table = components["schemas"]["Table"];

/** CSV out and in, changing and deleting a table. */
export function TableActions({ table }: { table: Table }) {
  const can = useCan("tables:write");
  const file = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<"change" | "delete" | null>(null);
  const bring = useMutation({
    mutationFn: async (f: File) => {
      const answer = await send("post", `/api/v1/tables/${encodeURIComponent(table.id)}/csv`, {
        body: f,
        headers: { "Content-Type": "text/csv" },
      });
      return (await answer.json()) as components["schemas"]["Imported"];
    },
    onSuccess: ({ added }) => {
      void stale("/api/v1/tables", "/api/v1/tables/{id}", "/api/v1/tables/{id}/rows");
      toast({ title: `${counted(added, "row")} added` });
    },
    onError: (e) =>
      toast({ tone: "bad", title: "No row was added", detail: e instanceof Failure ? e.message : String(e) }),
  });
  return (
    <>
      <a className={buttonClass()} href={`/api/v1/tables/${encodeURIComponent(table.id)}/csv`} download>
        <Download size={14} aria-hidden />
        CSV
      </a>
      {can && (
        <>
          <input
            ref={file}
            type="file"
            accept=".csv,text/csv"
            hidden
            aria-label="CSV file"
            onChange={(e) => {
              const f = e.target.files?.[0];
              e.target.value = "";
              if (f) bring.mutate(f);
            }}
          />
          <Button icon={<Upload size={14} />} busy={bring.isPending} onClick={() => file.current?.click()}>
            Import
          </Button>
          <Menu
            trigger={<Button look="plain" icon={<Ellipsis size={16} />} aria-label="More" />}
            items={[
              { label: "Change title and columns", onSelect: () => setDialog("change") },
              "line",
              {
                label: "Delete the table",
                icon: <Trash2 size={15} />,
                grave: true,
                onSelect: () => setDialog("delete"),
              },
            ]}
          />
        </>
      )}
      {dialog === "change" && (
        <TableForm table={table} onClose={() => setDialog(null)} onSaved={() => toast({ title: "Saved" })} />
      )}
      {dialog === "delete" && <DeleteTable table={table} onClose={() => setDialog(null)} />}
    </>
  );
}

function DeleteTable({ table, onClose }: { table: Table; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/tables/{id}", { path: { id: table.id } }),
    onSuccess: async () => {
      onClose();
      await navigate({ to: "/tables" });
      void stale("/api/v1/tables");
      toast({ title: `${table.title} was deleted` });
    },
  });
  const used = table.flows.length > 0;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${table.title}`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={used} busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete the table and {counted(table.rows, "row")}
          </Button>
        </>
      }
    >
      {used ? (
        <p>Flows use it: {table.flows.map((f) => f.name).join(", ")}. Choose another table for them first.</p>
      ) : (
        <p>Its {counted(table.rows, "row")} cannot be brought back. Export them as CSV first if they matter.</p>
      )}
      {remove.isError && (
        <div className="mt-4">
          <Failed what="The table was not deleted." error={remove.error} />
        </div>
      )}
    </Dialog>
  );
}
