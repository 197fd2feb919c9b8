import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toast.tsx";

/** Takes a source's event hook away in Okta, and says before what that means. */
export function RemoveHook({
  source: s,
  onKept,
  onClose,
}: {
  source: components["schemas"]["Source"];
  onKept: (h: components["schemas"]["HookState"]) => void;
  onClose: () => void;
}) {
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/sources/{id}/hook", { path: { id: s.id } }),
    onSuccess: (h) => {
      onKept(h);
      onClose();
      toast({ title: "The hook is gone in Okta", detail: s.poll ? "Polling goes on." : undefined });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Remove the hook in Okta"
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
            Remove it in Okta
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <ul className="flex list-disc flex-col gap-1 pl-5">
          <li>
            Goes: the event hook <code className="font-mono text-xs">{s.hook?.id}</code> in Okta. It is switched off,
            then deleted.
          </li>
          <li>
            {s.poll
              ? "Stays: polling. Events come with its delay instead of at once."
              : "No more events come by this source, unless another way is switched on."}
          </li>
          <li>The way back: register it again, here.</li>
        </ul>
        {remove.isError && <Failed what="The hook is still there." error={remove.error} />}
      </div>
    </Dialog>
  );
}
