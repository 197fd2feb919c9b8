import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "../activity/actionState.tsx";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { entityOf } from "../alerts/entity.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import { RemedyMark } from "../remedies/remedyMarks.tsx";
import { RunStateMark } from "../runs/runState.tsx";
import { LineDetail } from "./LineDetail.tsx";
import { deviceOf, iconOf, lineKinds, placeOf, type Shown, titleOf, traitNames, wentWrong } from "./timeline.ts";
import type { Of } from "./useTimeline.ts";

/** One thing that happened; pressed, it opens in its place. */
export function LineRow({ of, line: l }: { of: Of; line: Shown }) {
  const [open, setOpen] = useState(false);
  const detail = useId();
  const Icon = iconOf(l);
  const bad = wentWrong(l);
  return (
    <li className="arrive">
      <div className="flex items-start gap-2.5 px-3 py-2">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={detail}
          aria-label={`${titleOf(l)}: ${open ? "less" : "more"}`}
          onClick={() => setOpen(!open)}
          className="mt-0.5 flex size-6 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink pointer-coarse:size-10"
        >
          <ChevronRight size={14} aria-hidden className={clsx("transition-transform", open && "rotate-90")} />
        </button>
        <Icon size={16} aria-hidden className={clsx("mt-1.5 shrink-0", bad ? "text-bad" : "text-muted")} />
        <span className="sr-only">{lineKinds[l.kind].label}: </span>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <Way line={l}>{titleOf(l)}</Way>
            <Marks line={l} />
          </div>
          <p className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
            <Short line={l} of={of} />
          </p>
        </div>
        <span className="shrink-0 pt-1 text-sm text-muted">
          <Time at={l.at} />
        </span>
      </div>
      <div id={detail} hidden={!open} className="border-t bg-sunken px-3 py-2.5 pl-11 max-sm:pl-3">
        {open && <LineDetail of={of} line={l} />}
      </div>
    </li>
  );
}

/** The name of a line, which leads to where it comes from. */
function Way({ line: l, children }: { line: Shown; children: ReactNode }) {
  const look = "min-w-0 py-0.5 font-medium wrap-anywhere hover:underline";
  if (l.event)
    return (
      <Link to="/events/$uuid" params={{ uuid: l.event.uuid }} className={look} title={l.event.type}>
        {children}
      </Link>
    );
  if (l.alert)
    return (
      <Link to="/alerts/$id" params={{ id: l.alert.id }} className={look}>
        {children}
      </Link>
    );
  if (l.run)
    return (
      <Link to="/runs/$id" params={{ id: l.run.id }} className={look}>
        {children}
      </Link>
    );
  if (l.action)
    return (
      <Link to="/activity/$id" params={{ id: l.action.id }} className={look}>
        {children}
      </Link>
    );
  if (l.plan)
    return (
      <Link to="/remedies/$id" params={{ id: l.plan.id }} className={look}>
        {children}
      </Link>
    );
  return <span className="min-w-0 py-0.5 font-medium wrap-anywhere">{children}</span>;
}

function Marks({ line: l }: { line: Shown }) {
  return (
    <>
      {wentWrong(l) && l.event && <Tag tone="warn">{l.event.outcome.toLowerCase()}</Tag>}
      {l.signIn?.new.map((t) => (
        <Tag key={t} tone="warn">
          {traitNames[t]}
        </Tag>
      ))}
      {l.signIn?.proxy && <Tag tone="warn">proxy</Tag>}
      {l.alerts.length > 0 && <Tag>{l.alerts.length === 1 ? "in an alert" : `in ${l.alerts.length} alerts`}</Tag>}
      {l.found.length > 0 && <Tag>found by the inventory</Tag>}
      {l.alert && <SeverityMark severity={l.alert.severity} />}
      {l.run && <RunStateMark state={l.run.state} />}
      {l.action && <ActionStateMark state={l.action.state} undone={Boolean(l.action.undoneBy)} />}
      {l.plan && <RemedyMark state={l.plan.state} />}
    </>
  );
}

/** What a line tells besides its name, in short. */
function Short({ line: l, of }: { line: Shown; of: Of }) {
  if (l.kind === "sign_in" && l.signIn && l.event) {
    const parts = [l.signIn.app?.name, placeOf(l.signIn), l.signIn.ip, deviceOf(l.signIn.device)].filter(Boolean);
    return (
      <>
        {l.event.actor.id !== of.entity && of.kind !== "user" && <EntityChip entity={entityOf(l.event.actor)} />}
        <span className="wrap-anywhere">{parts.join(" · ")}</span>
      </>
    );
  }
  if (l.event) {
    const other = l.event.actor.id !== of.entity;
    const target = l.event.targets.find((t) => t.id !== of.entity && t.type !== "AuthenticatorEnrollment");
    return (
      <>
        {other && <EntityChip entity={entityOf(l.event.actor)} />}
        {target && (
          <span className="inline-flex min-w-0 items-center gap-1.5">
            <span>to</span>
            <EntityChip entity={entityOf(target)} />
          </span>
        )}
        {l.event.reason && <span>{l.event.reason}</span>}
      </>
    );
  }
  if (l.recorded)
    return <>As the inventory found it{l.recorded.cause?.actor ? `; by ${l.recorded.cause.actor}` : ""}</>;
  if (l.alert)
    return (
      <>
        Alert #{l.alert.number}
        {l.alert.rule.name !== l.alert.title && `, ${l.alert.rule.name}`}
      </>
    );
  if (l.run) return <>Run of a flow{l.run.event?.message ? `, started by: ${l.run.event.message}` : ""}</>;
  if (l.action)
    return (
      <>
        {l.action.plan ? "Step of a plan" : l.action.run ? `Card of ${l.action.flow?.name ?? "a flow"}` : "By hand"}
        {l.action.actor.kind === "account" && `, for ${l.action.actor.name}`}
      </>
    );
  return <>Plan of remediation, by {l.plan?.actor.name}</>;
}
