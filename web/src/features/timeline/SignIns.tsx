import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Facts, Section } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { count, counted } from "../../kit/time.ts";
import { deviceOf, factorName, placeOf } from "./timeline.ts";
import { type Of, useSignIns } from "./useTimeline.ts";
import { WorldMap } from "./WorldMap.tsx";

type Summary = components["schemas"]["SignInSummary"];
type Value = components["schemas"]["SignInValue"];
type Last = NonNullable<Summary["last"]>;

/** What the sign-ins of the last 30 days have in common. */
export function SignIns({ of }: { of: Of }) {
  const { data: s, error, refetch } = useSignIns(of, true);
  const title = of.kind === "user" ? "Sign-ins of the last 30 days" : "Sign-ins to it, of the last 30 days";
  if (error && !s)
    return (
      <Section title={title}>
        <p className="text-sm text-muted">
          They could not be read: {error.message}{" "}
          <button type="button" className="text-accent underline" onClick={() => void refetch()}>
            Try again
          </button>
        </p>
      </Section>
    );
  if (!s)
    return (
      <Section title={title}>
        <Skeleton className="h-64" />
      </Section>
    );
  return (
    <Section title={title} aside={s.signIns > 0 && `${counted(s.signIns, "sign-in")}, ${count(s.failed)} failed`}>
      {s.signIns === 0 ? (
        <p className="rounded-lg border bg-surface px-3 py-2 text-muted">No event tells of one.</p>
      ) : (
        <div className="flex flex-col gap-3">
          {s.bounded && (
            <p className="text-sm text-muted">
              There are more than were read: these are those since <Time at={s.since} />.
            </p>
          )}
          <Facts className="rounded-lg border bg-surface px-3 py-2" items={factsOf(s)} />
          {s.places.length > 0 && <WorldMap places={s.places} />}
        </div>
      )}
    </Section>
  );
}

function factsOf(s: Summary): [string, ReactNode][] {
  const lists: [string, Value[], ((v: string) => string)?][] = [
    ["Countries", s.countries],
    ["Networks", s.networks],
    ["Devices", s.devices],
    ["Factors", s.factors, factorName],
    ["Apps", s.apps],
    ["People", s.people],
  ];
  return [
    ["Last sign-in", s.last ? <LastOne key="last" last={s.last} /> : "none that succeeded"],
    ...(s.lastFailed ? [["Last failed", <LastOne key="failed" last={s.lastFailed} />] as [string, ReactNode]] : []),
    ...lists
      .filter(([name, of]) => of.length > 0 && !(name === "Apps" && s.people.length > 0))
      .map(([name, of, words]): [string, ReactNode] => [name, <Values key={name} of={of} words={words} />]),
  ];
}

function LastOne({ last: l }: { last: Last }) {
  const from = [placeOf(l.facts), deviceOf(l.facts.device)].filter(Boolean).join(", ");
  return (
    <>
      <Link to="/events/$uuid" params={{ uuid: l.event }} className="text-accent hover:underline">
        <Time at={l.at} />
      </Link>
      {from && `, ${from}`}
      {l.reason && <span className="text-muted">, {l.reason.toLowerCase().replaceAll("_", " ")}</span>}
    </>
  );
}

const few = 4;

function Values({ of, words = (v) => v }: { of: Value[]; words?: (v: string) => string }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {of.slice(0, few).map((v) => (
        <span key={v.value} title={`${counted(v.signIns, "sign-in")}, ${v.failed} failed`}>
          {words(v.value)} <span className="text-faint">{count(v.signIns)}</span>
        </span>
      ))}
      {of.length > few && (
        <span
          className="text-muted"
          title={of
            .slice(few)
            .map((v) => words(v.value))
            .join("\n")}
        >
          and {of.length - few} more
        </span>
      )}
    </span>
  );
}
