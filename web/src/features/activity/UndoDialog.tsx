import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Json } from "../../kit/Json.tsx";
import { Facts } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";

type Action = components["schemas"]["Action"];

/** What undoing will do, exactly; and then what it did. */
export function UndoDialog({ action, onClose }: { action: Action; onClose: () => void }) {
  const navigate = useNavigate();
  const undo = useMutation({
    mutationFn: () => call("post", "/api/v1/actions/{id}/undo", { path: { id: action.id } }),
    onSuccess: (done) => {
      onClose();
      toast({
        title: `Undone: ${action.title}`,
        detail: done.target ? `${done.title} for ${done.target.name || done.target.id}` : done.title,
        action: { label: "Show", run: () => void navigate({ to: "/activity/$id", params: { id: done.id } }) },
      });
      void stale("/api/v1/actions", "/api/v1/actions/{id}", "/api/v1/runs/{id}", "/api/v1/timeline");
    },
  });
  const way = action.undo;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Undo: ${action.title}`}
      intro="This is what will be done. The guard's policy holds for it, and it is written to the ledger like any other action."
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" busy={undo.isPending} onClick={() => undo.mutate()}>
            {way?.title ?? "Undo"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Facts
          items={[
            ["Will do", <strong key="w">{way?.title ?? way?.action}</strong>],
            ["To", action.target?.name || action.target?.id || "nothing in particular"],
            ["In", action.connection.name || action.connector.name],
            [
              "Reverses",
              <span key="r">
                {action.title}, <Time at={action.startedAt} />
              </span>,
            ],
          ]}
        />
        {way?.inputs && Object.keys(way.inputs).length > 0 && (
          <Json value={way.inputs} label="inputs of the reversal" />
        )}
        {undo.isError && <Failed what="It was not undone." error={undo.error} />}
      </div>
    </Dialog>
  );
}
