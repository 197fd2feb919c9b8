import { Link } from "@tanstack/react-router";
import { CircleAlert, KeyRound, TriangleAlert, Undo2 } from "lucide-react";
import { sentence } from "../../api/failure.ts";
import { Json } from "../../kit/Json.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { EffectTag } from "../activity/effects.tsx";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { pathOf, type RemedyDetail, type RemedyStep } from "./remedy.ts";
import { StepMark } from "./remedyMarks.tsx";

/** The steps of a plan: exactly which calls are made, what they change, and what stands in their way. */
export function Steps({ of: r, tenant }: { of: RemedyDetail; tenant?: string }) {
  return (
    <ol className="flex flex-col gap-3" aria-label="Steps">
      {r.plan.map((s) => (
        <li key={s.seq} className="min-w-0 rounded-lg border bg-surface">
          <Head step={s} missing={r.missing} name={r.about[s.object]?.name} tenant={tenant} />
          <Hurdles step={s} />
          <Call step={s} />
          <Outcome step={s} />
        </li>
      ))}
    </ol>
  );
}

function Head({
  step: s,
  missing,
  name,
  tenant,
}: {
  step: RemedyStep;
  missing: string[];
  name?: string;
  tenant?: string;
}) {
  const lacking = s.scopes.filter((x) => missing.includes(x));
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-1 px-3 pt-2.5">
      <span className="w-5 shrink-0 text-right text-faint tabular-nums">{s.seq}</span>
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium text-pretty wrap-anywhere">{s.says || s.title}</p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
          <span>{s.title}</span>
          {s.target &&
            (tenant ? (
              <EntityLink tenant={tenant} of={{ kind: s.target.type, id: s.target.id, name: s.target.name || name }} />
            ) : (
              <span>{s.target.name || name || s.target.id}</span>
            ))}
          <EffectTag effect={s.effect} />
          <Tag tone={s.undo ? "quiet" : "warn"} title={s.undo}>
            <Undo2 size={12} aria-hidden />
            {s.undo ? "can be undone" : "no way back"}
          </Tag>
          {lacking.map((x) => (
            <Tag key={x} tone="bad" title="The connection lacks this scope">
              <KeyRound size={12} aria-hidden />
              {x} is missing
            </Tag>
          ))}
        </p>
      </div>
      <StepMark state={s.state} />
    </div>
  );
}

function Hurdles({ step: s }: { step: RemedyStep }) {
  if (s.hurdles.length === 0) return null;
  return (
    <ul className="mx-3 mt-2 flex flex-col gap-1">
      {s.hurdles.map((h) => {
        const Icon = h.bars ? CircleAlert : TriangleAlert;
        return (
          <li key={`${h.kind} ${h.says}`} className="flex items-start gap-1.5 text-sm">
            <Icon size={15} aria-hidden className="mt-0.5 shrink-0 text-warn" />
            <span className="min-w-0 wrap-anywhere">
              {h.bars && <strong className="font-medium">Not done: </strong>}
              {h.says}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Call({ step: s }: { step: RemedyStep }) {
  const { method, url, body } = s.request;
  if (!method) return <div className="pb-2.5" />;
  return (
    <div className="px-3 pt-2 pb-2.5">
      <p className="flex items-baseline gap-2 rounded-md bg-sunken px-2 py-1 font-mono text-xs">
        <span className="font-semibold">{method}</span>
        <span title={url} className="min-w-0 wrap-anywhere">
          {pathOf(url)}
        </span>
      </p>
      {body !== undefined && body !== null && (
        <Json value={body} label={`body of step ${s.seq}`} depth={2} className="mt-1.5" />
      )}
      {s.before && Object.keys(s.before).length > 0 && (
        <details className="mt-1.5 text-sm">
          <summary className="min-h-6 cursor-pointer rounded-sm text-muted">What stands there now</summary>
          <Json value={s.before} label={`what was read before step ${s.seq}`} depth={1} className="mt-1" />
        </details>
      )}
    </div>
  );
}

function Outcome({ step: s }: { step: RemedyStep }) {
  if (!s.error && !s.entry && !s.undoEntry) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t px-3 py-1.5 text-sm">
      {s.error && (
        <span className={s.state === "skipped" ? "text-muted" : "text-bad"}>
          <span className="wrap-anywhere">{sentence(s.error)}</span>
        </span>
      )}
      {s.endedAt && (
        <span className="text-muted">
          <Time at={s.endedAt} />
        </span>
      )}
      {s.entry && (
        <Link to="/activity/$id" params={{ id: s.entry }} className="min-h-6 underline">
          In the ledger
        </Link>
      )}
      {s.undoEntry && (
        <Link to="/activity/$id" params={{ id: s.undoEntry }} className="min-h-6 underline">
          What undid it
        </Link>
      )}
    </div>
  );
}
