import { Failed } from "../../../api/Failed.tsx";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { Changes } from "./Changes.tsx";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** Discards what is not published, after it has shown what that is. */
export function Drop({ file, edit, onClose }: { file: FileDetail; edit: RuleEdit; onClose: () => void }) {
  const published = file.versions[0];
  if (!published) return null;
  const drop = () => {
    const { now } = edit;
    edit.drop.mutate(undefined, {
      onSuccess: () => {
        toast({
          title: "The draft is discarded",
          detail: `The rule is as in version ${published.number}.`,
          action: { label: "Undo", run: () => edit.set(now) },
        });
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Discard the draft"
      intro={`What differs from version ${published.number} is lost. What is published goes on.`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={edit.drop.isPending} onClick={drop}>
            Discard the draft
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {edit.drop.isError && <Failed what="The draft was not discarded." error={edit.drop.error} />}
        <Changes before={edit.now} after={published} />
      </div>
    </Dialog>
  );
}
