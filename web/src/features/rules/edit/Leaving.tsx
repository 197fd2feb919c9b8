import { Failed } from "../../../api/Failed.tsx";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import type { RuleEdit } from "./useRuleFile.ts";

/** Somebody is about to leave a rule that is not saved. */
export function Leaving({ edit }: { edit: RuleEdit }) {
  const { leaving } = edit;
  return (
    <Dialog
      open
      onClose={leaving.stay}
      title="The draft is not saved"
      intro="Without saving, only this tab keeps it, for when you come back."
      footer={
        <>
          <Button
            onClick={() => {
              edit.forget();
              leaving.leave();
            }}
          >
            Throw it away
          </Button>
          <Button onClick={leaving.leave}>Leave, and keep it here</Button>
          <Button
            look="primary"
            busy={edit.save.isPending}
            disabled={!edit.now.text.trim()}
            onClick={() => edit.save.mutate(undefined, { onSuccess: leaving.leave })}
          >
            Save the draft
          </Button>
        </>
      }
    >
      {edit.save.isError ? <Failed what="The draft was not saved." error={edit.save.error} /> : null}
    </Dialog>
  );
}
