import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toast.tsx";

/** Deletes a connection that nothing uses. */
export function DeleteConnection({ connection: c }: { connection: components["schemas"]["Connection"] }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/connections/{id}", { path: { id: c.id } }),
    onSuccess: async () => {
      await navigate({ to: "/connections" });
      void stale("/api/v1/connections");
      toast({ title: `${c.name} was deleted` });
    },
  });
  const used = [...c.flows, ...c.sources];
  return (
    <div className="border-t pt-4">
      <Button icon={<Trash2 size={14} />} onClick={() => setAsking(true)}>
        Delete the connection
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${c.name}`}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="primary" disabled={used.length > 0} busy={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          </>
        }
      >
        {used.length > 0 ? (
          <p>It is in use: {used.map((u) => u.name).join(", ")}. Choose another connection for them first.</p>
        ) : (
          <p>
            What was entered for it, secrets too, is deleted here. In {c.connector.name || "the other system"} nothing
            changes: take its token back there.
          </p>
        )}
        {remove.isError && (
          <div className="mt-4">
            <Failed what="The connection was not deleted." error={remove.error} />
          </div>
        )}
      </Dialog>
    </div>
  );
}
