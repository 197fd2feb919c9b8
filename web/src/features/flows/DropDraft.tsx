import { useMutation, useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import { Diff } from "./Diff.tsx";

export type Dropped = { yaml: string; edition: string };

/** Drops a flow's draft, after it has shown what goes with it; the published version stays as it is. */
export function DropDraft({
  flow,
  onClose,
  onDropped,
}: {
  flow: string;
  onClose: () => void;
  onDropped?: (published: Dropped) => void;
}) {
  const now = useQuery({
    ...read("/api/v1/flows/{id}", { path: { id: flow } }),
    staleTime: 0,
    refetchOnMount: "always",
  });
  const ready = now.isFetchedAfterMount ? now.data : undefined;
  const drop = useMutation({
    mutationFn: async (): Promise<Dropped> => {
      const answer = await call("put", "/api/v1/flows/{id}/draft", {
        path: { id: flow },
        body: { yaml: "", edition: ready?.edition ?? "" },
      });
      return { yaml: ready?.yaml ?? "", edition: answer.edition ?? "" };
    },
    onSuccess: (published) => {
      const yaml = ready?.draftYaml ?? "";
      const fresh = () => stale("/api/v1/flows", "/api/v1/flows/{id}");
      void fresh();
      toast({
        title: "The draft is dropped",
        detail: "The flow is as it was published.",
        // In the editor its own undo brings the draft back.
        ...(!onDropped && {
          action: {
            label: "Undo",
            run: () =>
              void call("put", "/api/v1/flows/{id}/draft", {
                path: { id: flow },
                body: { yaml, edition: published.edition },
              }).then(fresh, () => toast({ title: "The draft could not be brought back", tone: "bad" })),
          },
        }),
      });
      onDropped?.(published);
      onClose();
    },
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Drop the draft"
      intro={ready && `What differs from version ${ready.version} is lost. What is published stays.`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={drop.isPending} disabled={!ready?.draft} onClick={() => drop.mutate()}>
            Drop the draft
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {now.isError && <Failed what="The draft could not be read." error={now.error} />}
        {drop.isError && <Failed what="The draft was not dropped." error={drop.error} />}
        {ready ? (
          <Diff before={ready.draftYaml ?? ready.yaml} after={ready.yaml} label="From the draft to what is published" />
        ) : (
          !now.isError && <SkeletonLines lines={6} />
        )}
      </div>
    </Dialog>
  );
}
