import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { Diff } from "../Diff.tsx";
import type { Draft } from "./useDraft.ts";
import type { Editor } from "./useEditor.ts";

/** Somebody else has changed the flow meanwhile: whose text is it to be? Nothing is lost unasked. */
export function Conflict({ flow, editor, draft }: { flow: string; editor: Editor; draft: Draft }) {
  const now = useQuery({
    ...read("/api/v1/flows/{id}", { path: { id: flow }, query: { draft: true } }),
    staleTime: 0,
    refetchOnMount: "always",
  });
  const theirs = now.data && (now.data.draftYaml || now.data.yaml);
  const ready = now.isFetchedAfterMount && now.data !== undefined && theirs !== undefined;
  return (
    <Dialog
      open
      wide
      onClose={() => {}}
      title="Somebody else has changed the flow"
      intro="Yours is not saved. Below is what would change if it were."
      footer={
        <>
          <Button
            disabled={!ready}
            onClick={() => {
              if (!ready) return;
              editor.reset(theirs);
              draft.took({
                text: theirs,
                edition: now.data.edition,
                problems: now.data.problems,
                exists: now.data.draft,
              });
            }}
          >
            Take theirs, drop mine
          </Button>
          <Button look="primary" disabled={!ready} onClick={() => ready && draft.overwrite(now.data.edition)}>
            Keep mine, over theirs
          </Button>
        </>
      }
    >
      {ready ? <Diff before={theirs} after={editor.text} label="From theirs to mine" /> : <SkeletonLines lines={6} />}
    </Dialog>
  );
}
