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
import { type Effect, EffectTag } from "../activity/effects.tsx";
import { Glyph } from "../connections/Glyph.tsx";
import { cardGlyph } from "../connections/glyphs.ts";
import { useCan } from "../session/session.ts";
import type { Doing } from "./doings.ts";
import { triggerWords } from "./flowWords.ts";
import { Problems } from "./Problems.tsx";
import { useDoings } from "./useDoings.ts";
import type { useSwitch } from "./useSwitch.tsx";

type Detail = components["schemas"]["FlowDetail"];

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
  const ready = d && d.unbound.length === 0 && d.problems.length === 0 && d.version > 0;
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

function Doings({ detail }: { detail: Detail }) {
  const doings = useDoings(detail);
  const d = doings.data;
  if (doings.isError) {
    return (
      <Failed
        what="What the flow does could not be read."
        error={doings.error}
        onRetry={() => void doings.refetch()}
        retrying={doings.isRefetching}
      />
    );
  }
  if (!d) return <SkeletonLines lines={2} />;
  return (
    <>
      {d.list.length === 0 && d.unknown.length === 0 && <Note>It changes nothing outside, and tells nobody.</Note>}
      {d.list.length > 0 && <DoingList list={d.list} />}
      {d.unknown.length > 0 && <Unknown list={d.unknown} more={d.list.length > 0} />}
    </>
  );
}

function DoingList({ list }: { list: Doing[] }) {
  return (
    <div>
      <h3 className="mb-1.5 text-sm font-medium">Each run may</h3>
      <ul className="divide-y rounded-md border">
        {list.map((d) => (
          <li key={`${d.title} ${d.where} ${d.through}`} className="flex items-center gap-2.5 px-2.5 py-1.5">
            <Glyph size="sm" icon={cardGlyph(d)} />
            <span className="min-w-0 flex-1">
              <span className="font-medium">{d.title}</span>
              <span className="block text-xs wrap-anywhere text-muted">
                in {d.where}
                {d.through && `, through ${d.through}`}
                {d.cards > 1 && ` (${d.cards} cards)`}
              </span>
            </span>
            <EffectTag effect={d.effect as Effect} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unknown({ list, more }: { list: string[]; more: boolean }) {
  return (
    <Note tone="warn" title={more ? "It may do more than that" : "What it does is not known"}>
      <ul>
        {list.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Note>
  );
}

function Limits({ flow }: { flow: string }) {
  const can = useCan("guard:read");
  const policy = useQuery({ ...read("/api/v1/guard/policy", {}), enabled: can });
  const p = policy.data;
  if (!p) return null;
  const protectedOnes = p.protectedUsers.length + p.protectedGroups.length;
  const ceiling = p.flowCeilings[flow] ?? p.ceiling;
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
