import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { Changes } from "./Changes.tsx";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** Somebody else has changed the rule meanwhile: whose text is it to be? Nothing is lost unasked. */
export function Conflict({ file, edit, onClose }: { file: FileDetail; edit: RuleEdit; onClose: () => void }) {
  const query = useQuery({
    ...read("/api/v1/rulefiles/{file}", { path: { file: file.id } }),
    staleTime: 0,
    refetchOnMount: "always",
  });
  const ready = query.isFetchedAfterMount && !query.isFetching;
  const who = file.hasDraft ? undefined : file.versions[0]?.author.name;
  const close = () => {
    edit.save.reset();
    edit.publish.reset();
    onClose();
  };
  return (
    <Dialog
      open
      wide
      onClose={close}
      title={who ? `${who} has published a version meanwhile` : "Somebody else has changed the rule meanwhile"}
      intro="Yours is not saved. Below is what would change if it were."
      footer={
        <>
          <Button
            disabled={!ready}
            onClick={() => {
              edit.takeTheirs();
              close();
            }}
          >
            Take theirs, drop mine
          </Button>
          <Button
            look="primary"
            disabled={!ready}
            busy={edit.save.isPending}
            onClick={() => edit.save.mutate(file.edition, { onSuccess: close })}
          >
            Keep mine as the draft
          </Button>
        </>
      }
    >
      {ready ? <Changes before={file} after={edit.now} /> : <SkeletonLines lines={6} />}
    </Dialog>
  );
}
