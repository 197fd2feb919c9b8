import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";

/** Deletes a connector that no connection is made of. */
export function DeleteConnector({ id, title, onDeleted }: { id: string; title: string; onDeleted: () => void }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/connectors/{id}", { path: { id } }),
    onSuccess: async () => {
      onDeleted();
      await navigate({ to: "/catalogue" });
      void stale("/api/v1/connectors", "/api/v1/catalogue");
    },
  });
  return (
    <div className="border-t pt-4">
      <Button icon={<Trash2 size={14} />} onClick={() => setAsking(true)}>
        Delete the connector
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${title}`}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          </>
        }
      >
        <p>Flows that use it do not run any more. One that has connections is not deleted.</p>
        {remove.isError && <Failed what="The connector was not deleted." error={remove.error} />}
      </Dialog>
    </div>
  );
}
