import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Facts } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { FieldChanges } from "../visibility/FieldChanges.tsx";
import { fieldDiff } from "../visibility/fieldDiff.ts";
import {
  deviceOf,
  factorName,
  type Line,
  networkOf,
  placeOf,
  recordedWords,
  type Shown,
  type SignIn,
} from "./timeline.ts";
import type { Of } from "./useTimeline.ts";

type Fact = [string, ReactNode];

/** All that a line tells, and the ways to where it comes from. */
export function LineDetail({ of, line: l }: { of: Of; line: Shown }) {
  const facts: Fact[] = [["When", <Time key="at" at={l.at} exact />], ...eventFacts(l), ...otherFacts(l)];
  return (
    <div className="flex flex-col gap-3 text-sm">
      <Facts items={facts} />
      {[l, ...l.found].map((f) => f.recorded && <Found key={f.id} of={of} line={f} titled={f !== l} />)}
    </div>
  );
}

function eventFacts(l: Line): Fact[] {
  const e = l.event;
  if (!e) return [];
  const ended = [e.outcome, e.reason].filter(Boolean).join(", ");
  return [
    ["Event", <EventLink key="event" uuid={e.uuid} text={e.type} />],
    ...(ended ? [["Outcome", ended] as Fact] : []),
    ...(l.signIn ? signInFacts(l.signIn) : []),
    ...(l.alerts.length > 0 ? [["In alerts", <Alerts key="alerts" of={l.alerts} />] as Fact] : []),
    ...(e.runs > 0 ? [["Started", counted(e.runs, "run")] as Fact] : []),
  ];
}

function signInFacts(s: SignIn): Fact[] {
  const at = s.lat !== undefined && s.lon !== undefined ? ` (${s.lat}, ${s.lon})` : "";
  const told = (v: boolean | undefined, yes: string, no: string) => (v === undefined ? undefined : v ? yes : no);
  const device = [
    deviceOf(s.device),
    told(s.device.managed, "managed", "not managed"),
    told(s.device.registered, "registered", "not registered"),
  ];
  const facts: [string, string | undefined][] = [
    ["App", s.app?.name],
    ["Factors", s.factors.map(factorName).join(", ")],
    ["Address", s.ip && `${s.ip}${s.proxy ? ", a proxy" : ""}`],
    ["Place", placeOf(s) && placeOf(s) + at],
    ["Network", networkOf(s)],
    ["Provider", s.isp],
    ["Zone", s.zone],
    ["Device", device.filter(Boolean).join(", ")],
  ];
  return facts.filter((f): f is [string, string] => Boolean(f[1]));
}

function otherFacts(l: Line): Fact[] {
  if (l.alert)
    return [
      ["Rule", l.alert.rule.name],
      ["Events", counted(l.alert.events, "event")],
      [
        "From, to",
        <span key="span">
          <Time at={l.alert.firstAt} exact /> to <Time at={l.alert.lastAt} exact />
        </span>,
      ],
    ];
  if (l.run)
    return [
      ...(l.run.event
        ? [
            [
              "Event",
              <EventLink key="event" uuid={l.run.event.uuid} text={l.run.event.message ?? "the event"} />,
            ] as Fact,
          ]
        : []),
      ...(l.run.alert
        ? [["Alert", <AlertLink key="alert" id={l.run.alert} text="the alert that started it" />] as Fact]
        : []),
      ...(l.run.causedBy ? [["Started by", l.run.causedBy.name] as Fact] : []),
      ...(l.run.error ? [["Failed with", l.run.error] as Fact] : []),
    ];
  if (l.action)
    return [
      ["Call", l.action.action],
      ...(l.action.run
        ? [
            [
              "Run",
              <Link key="run" to="/runs/$id" params={{ id: l.action.run }} className="text-accent underline">
                the run
              </Link>,
            ] as Fact,
          ]
        : []),
      ...(l.action.plan
        ? [
            [
              "Plan",
              <Link key="plan" to="/remedies/$id" params={{ id: l.action.plan }} className="text-accent underline">
                the plan
              </Link>,
            ] as Fact,
          ]
        : []),
      ...(l.action.event
        ? [["Event", <EventLink key="event" uuid={l.action.event} text="what led to it" />] as Fact]
        : []),
      ...(l.action.error ? [["Failed with", l.action.error] as Fact] : []),
    ];
  if (l.plan)
    return [
      ["Steps", `${l.plan.steps.done} of ${l.plan.steps.all} done`],
      ["Answers", l.plan.cause.kind],
    ];
  return [];
}

/** What the inventory found, field by field, and the event that made it. */
function Found({ of, line: l, titled }: { of: Of; line: Line; titled: boolean }) {
  const r = l.recorded;
  if (!r) return null;
  return (
    <div className="flex flex-col gap-1.5">
      {titled && (
        <p className="text-muted">
          {recordedWords(r)}, found <Time at={l.at} />
        </p>
      )}
      {!titled && r.cause && (
        <p>
          Made by <EventLink uuid={r.cause.uuid} text={r.cause.message || r.cause.type || "an event"} />
          {r.cause.actor && ` of ${r.cause.actor}`}
        </p>
      )}
      {!titled && !r.cause && r.change !== "found" && (
        <p className="text-muted">No stored event tells of who did it.</p>
      )}
      {r.before !== undefined && r.after !== undefined && <FieldChanges changes={fieldDiff(r.before, r.after)} />}
      {of.tenant && r.others.length > 0 && (
        <ul className="flex flex-wrap gap-x-4">
          {r.others.map((o) => (
            <li key={o.id} className="min-w-0">
              <EntityLink tenant={of.tenant ?? ""} of={o} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function EventLink({ uuid, text }: { uuid: string; text: string }) {
  return (
    <Link to="/events/$uuid" params={{ uuid }} className="text-accent underline">
      {text}
    </Link>
  );
}

function AlertLink({ id, text }: { id: string; text: string }) {
  return (
    <Link to="/alerts/$id" params={{ id }} className="text-accent underline">
      {text}
    </Link>
  );
}

function Alerts({ of }: { of: Line["alerts"] }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {of.map((a) => (
        <AlertLink key={a.id} id={a.id} text={`#${a.number} ${a.title}`} />
      ))}
    </span>
  );
}
