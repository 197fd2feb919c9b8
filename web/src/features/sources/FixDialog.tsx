import { useMutation, useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Changes } from "./Changes.tsx";

type Props = { source: string; finding: components["schemas"]["Finding"]; onClose: () => void };

/** Puts a prerequisite right in Okta: first what would be changed, then what was. */
export function FixDialog({ source, finding, onClose }: Props) {
  const fix = (preview: boolean) =>
    call("post", "/api/v1/sources/{id}/fix", {
      path: { id: source },
      body: { prerequisite: finding.id, preview },
    });
  const plan = useQuery({ queryKey: ["fix", source, finding.id], queryFn: () => fix(true), staleTime: 0, gcTime: 0 });
  const make = useMutation({
    mutationFn: () => fix(false),
    onSuccess: () => void stale("/api/v1/sources/{id}/findings", "/api/v1/sources", "/api/v1/sources/{id}"),
  });
  const done = make.data;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        done ? `${finding.title}: ${done.finding.verdict === "pass" ? "put right" : "still not met"}` : finding.title
      }
      intro={done ? done.finding.said : "This is what will be changed in your Okta org, and nothing else."}
      footer={
        done ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Leave it</Button>
            <Button look="primary" disabled={!plan.data} busy={make.isPending} onClick={() => make.mutate()}>
              Change it in Okta
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        {plan.isPending && <SkeletonLines lines={3} />}
        {plan.isError && <Failed what="What would be changed could not be worked out." error={plan.error} />}
        {make.isError && <Failed what="It was not put right." error={make.error} />}
        {(done ?? plan.data) && <Changes changes={(done ?? plan.data)?.changes ?? []} />}
        {done && <p className="text-sm text-muted">It can be undone in the ledger.</p>}
      </div>
    </Dialog>
  );
}
