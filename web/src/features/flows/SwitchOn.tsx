import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { useCan } from "../session/session.ts";
import { Doings } from "./DoingsView.tsx";
import { triggerWords } from "./flowWords.ts";
import { Problems } from "./Problems.tsx";
import type { useSwitch } from "./useSwitch.tsx";

type Detail = components["schemas"]["FlowDetail"];

/** Whether nothing is in the way of switching a flow on. */
export function isReady(d: Detail | undefined): boolean {
  return d !== undefined && d.unbound.length === 0 && d.problems.length === 0 && d.version > 0;
}

/** What a flow will do once it is on, before it is. */
export function SwitchOn({
  flow,
  change,
  onClose,
}: {
  flow: { id: string; title: string };
  change: ReturnType<typeof useSwitch>;
  onClose: () => void;
}) {
  const detail = useQuery(read("/api/v1/flows/{id}", { path: { id: flow.id } }));
  const d = detail.data;
  const ready = isReady(d);
  const refusal = change.error instanceof Failure ? change.error.detail : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Switch on ${flow.title}`}
      intro={d && <Starts detail={d} />}
      footer={
        <>
          <Button onClick={onClose}>Leave it off</Button>
          {ready ? (
            <Button look="primary" busy={change.isPending} onClick={() => change.mutate(true, { onSuccess: onClose })}>
              Switch on
            </Button>
          ) : (
            <Link
              to="/flows/$id"
              params={{ id: flow.id }}
              search={{ tab: "setup" }}
              onClick={onClose}
              className={buttonClass("primary")}
            >
              Choose what is missing
            </Link>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {detail.isError && (
          <Failed what="The flow could not be read." error={detail.error} onRetry={() => void detail.refetch()} />
        )}
        {!d && !detail.isError && <SkeletonLines lines={5} />}
        {d && !ready && <Problems unbound={d.unbound} problems={d.problems} unpublished={d.version === 0} flow={d} />}
        {d && ready && <Doings detail={d} />}
        {d && ready && <Limits flow={flow.id} />}
        {change.isError && !refusal?.unbound && <Failed what="The flow was not switched on." error={change.error} />}
        {refusal?.unbound && <Problems unbound={refusal.unbound} problems={refusal.problems ?? []} />}
      </div>
    </Dialog>
  );
}

function Starts({ detail }: { detail: Detail }) {
  if (detail.trigger?.kind !== "event") return <>{triggerWords(detail.trigger)}.</>;
  return (
    <>
      It will run each time this happens:{" "}
      <code className="font-mono text-xs wrap-anywhere text-ink">{detail.trigger.events?.join(", ")}</code>
    </>
  );
}

/** What the guard lets a flow do, or any one of several. */
export function Limits({ flow }: { flow?: string }) {
  const can = useCan("guard:read");
  const policy = useQuery({ ...read("/api/v1/guard/policy", {}), enabled: can });
  const p = policy.data;
  if (!p) return null;
  const protectedOnes = p.protectedUsers.length + p.protectedGroups.length;
  const ceiling = (flow === undefined ? undefined : p.flowCeilings[flow]) ?? p.ceiling;
  return (
    <div className="flex flex-col gap-2">
      {p.dryRun && (
        <Note title="The organization is in dry run">Nothing will be changed: every run shows what it would do.</Note>
      )}
      {protectedOnes === 0 && (
        <Note tone="warn" title="No account is protected from flows">
          Name your break-glass accounts in the{" "}
          <Link to="/settings/guard" className="underline">
            guard policy
          </Link>
          , so that no flow can lock you out.
        </Note>
      )}
      <p className="text-sm text-muted">
        At most {ceiling.toLocaleString("en-GB")} changes an hour
        {protectedOnes > 0 &&
          `; ${protectedOnes} protected ${protectedOnes === 1 ? "account or group" : "accounts and groups"} will not be touched`}
        .
      </p>
    </div>
  );
}
