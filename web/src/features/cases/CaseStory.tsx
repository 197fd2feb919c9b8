import { Link } from "@tanstack/react-router";
import { Activity, CalendarClock, type LucideIcon, MessageSquare, Siren, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { Empty } from "../../kit/Empty.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "../activity/actionState.tsx";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { entityOf } from "../alerts/entity.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import { entryText, entryWords } from "../alerts/trail.ts";
import { RunStateMark } from "../runs/runState.tsx";
import { type CaseDetail, type Moment, storyOf } from "./story.ts";

/** Events, alerts, runs, actions and words of a case in one line of time. */
export function CaseStory({ of: c }: { of: CaseDetail }) {
  const story = storyOf(c);
  return (
    <Section title="What happened">
      <Panel>
        {story.length === 0 && <Empty title="Nothing has happened yet" />}
        <ol className="divide-y">
          {story.map((m) => (
            <Line key={keyOf(m)} moment={m} />
          ))}
        </ol>
      </Panel>
    </Section>
  );
}

function keyOf(m: Moment): string {
  const of =
    m.kind === "event"
      ? m.event.uuid
      : m.kind === "alert"
        ? m.alert.id
        : m.kind === "run"
          ? m.run.id
          : m.kind === "action"
            ? m.action.id
            : `${m.entry.of} ${m.entry.kind} ${m.entry.is} ${m.entry.text}`;
  return `${m.kind} ${m.at} ${of}`;
}

const icons: Record<Moment["kind"], LucideIcon> = {
  event: CalendarClock,
  alert: Siren,
  run: Workflow,
  action: Activity,
  entry: MessageSquare,
};

function Line({ moment: m }: { moment: Moment }) {
  const Icon = icons[m.kind];
  return (
    <li className="flex items-start gap-3 px-3.5 py-2">
      <Icon size={15} aria-hidden className="mt-0.5 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 wrap-anywhere">{said(m)}</div>
      <span className="shrink-0 text-sm text-muted">
        <Time at={m.at} />
      </span>
    </li>
  );
}

function said(m: Moment): ReactNode {
  switch (m.kind) {
    case "event":
      return (
        <span className="flex flex-wrap items-center gap-x-3">
          <Link to="/events/$uuid" params={{ uuid: m.event.uuid }} className="hover:underline">
            {m.event.message || m.event.type}
          </Link>
          <span className="min-w-0 text-muted">
            <EntityChip entity={entityOf(m.event.actor)} />
          </span>
        </span>
      );
    case "alert":
      return (
        <span className="flex flex-wrap items-center gap-x-3">
          <Link to="/alerts/$id" params={{ id: m.alert.id }} className="py-0.5 font-medium hover:underline">
            {m.alert.title}
          </Link>
          <SeverityMark severity={m.alert.severity} />
          <span className="text-muted">
            <EntityChip entity={m.alert.entity} />
          </span>
        </span>
      );
    case "run":
      return (
        <span className="flex flex-wrap items-center gap-x-3">
          <Link to="/runs/$id" params={{ id: m.run.id }} className="hover:underline">
            {m.run.flow.name || "A deleted flow"}
          </Link>
          <RunStateMark state={m.run.state} />
        </span>
      );
    case "action":
      return (
        <span className="flex flex-wrap items-center gap-x-3">
          <Link to="/activity/$id" params={{ id: m.action.id }} className="hover:underline">
            {m.action.title}
          </Link>
          <span className="text-muted">{m.action.target?.name || m.action.target?.id}</span>
          <ActionStateMark state={m.action.state} undone={m.action.undoneBy !== undefined} />
        </span>
      );
    case "entry": {
      const text = entryText(m.entry);
      return (
        <>
          {m.entry.by && <span className="font-medium">{m.entry.by.name || "Somebody who left"} </span>}
          <span className="text-muted">
            {entryWords(m.entry)}
            {m.alert && ` (${m.alert.title})`}
          </span>
          {text && <p className="whitespace-pre-line">{text}</p>}
        </>
      );
    }
  }
}
