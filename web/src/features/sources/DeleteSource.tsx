import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";

type Props = { source: components["schemas"]["Source"]; onClose: () => void };

/** Deletes a source, and says what goes with it and what stays. */
export function DeleteSource({ source: s, onClose }: Props) {
  const navigate = useNavigate();
  const [leave, setLeave] = useState(false);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/sources/{id}", { path: { id: s.id }, query: { leaveHook: leave } }),
    onSuccess: async (gone) => {
      await navigate({ to: "/sources" });
      void stale("/api/v1/sources", "/api/v1/overview");
      toast({
        title: `${s.name} was deleted`,
        detail: gone.hookLeft
          ? `The hook ${gone.hookLeft} is still in Okta.`
          : `Its ${counted(gone.events, "event")} stay.`,
      });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${s.name}`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete the source
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p>
          No more events come by it, so flows and rules that wait for them rest. To stop for a while, pause it instead.
        </p>
        <ul className="flex list-disc flex-col gap-1 pl-5">
          <li>Stays: the {counted(s.health.events, "event")} that came, with their alerts and runs.</li>
          {s.connection && <li>Stays: the connection {s.connection.name}.</li>}
          {s.hook?.id && !leave && (
            <li>Goes: the event hook in Okta ({s.hook.id}). It is switched off, then deleted.</li>
          )}
          {s.stream && <li>Goes: the log stream's token. What still sends is refused.</li>}
        </ul>
        {s.hook?.id && (
          <Checkbox
            shown
            checked={leave}
            onChange={setLeave}
            label="Leave the hook in Okta, where it goes on to send what is refused"
          />
        )}
        {remove.isError && <Failed what="The source was not deleted." error={remove.error} />}
      </div>
    </Dialog>
  );
}
