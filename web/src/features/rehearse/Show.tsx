import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { read } from "../../api/query.ts";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { duration } from "../../kit/time.ts";
import { ended } from "../runs/runState.tsx";
import { useCan } from "../session/session.ts";
import { AlertColumn } from "./AlertColumn.tsx";
import { EventColumn } from "./EventColumn.tsx";
import { OutcomeColumn } from "./OutcomeColumn.tsx";
import { RunColumn } from "./RunColumn.tsx";
import { StepList } from "./StepList.tsx";
import type { Performance } from "./sandbox.ts";

/** How long is looked for something new, after the last change. */
const watch = 45_000;
const often = 800;

/** What happened in Okta, what Sallyport did, what came of it; as it goes. */
export function Show({ performance: p }: { performance: Performance }) {
  const [watching, setWatching] = useState(true);
  const top = useRef<HTMLDivElement>(null);
  // On a narrow page this stands below the scenarios, where nobody would see it begin.
  useEffect(() => {
    if (!matchMedia("(min-width: 1024px)").matches) top.current?.scrollIntoView();
  }, []);
  useEffect(() => {
    const t = setTimeout(() => setWatching(false), watch);
    return () => clearTimeout(t);
  }, []);
  // A clock that differs from the server's by a little must not hide anything.
  const since = new Date(p.pressed - 5_000).toISOString();
  const uuids = new Set(p.report.events.map((e) => e.uuid));
  const every = watching ? often : false;
  const events = useQuery({
    ...read("/api/v1/events", { query: { since: p.report.started || since, limit: 200 } }),
    refetchInterval: every,
  });
  const runs = useQuery({ ...read("/api/v1/runs", { query: { since, limit: 50 } }), refetchInterval: every });
  const performance = useQuery({
    ...read("/api/v1/rehearsal/performances/{id}", { path: { id: p.report.id } }),
    refetchInterval: every,
    retry: false,
  });
  const alerts = performance.data;
  const steps = alerts?.steps ?? p.report.steps;
  const received = events.data?.items.filter((e) => uuids.has(e.uuid)) ?? [];
  const mine = runs.data?.items.filter((r) => r.event && uuids.has(r.event.uuid)) ?? [];
  const last =
    mine.length > 0 && mine.every((r) => ended(r.state))
      ? Math.max(...mine.map((r) => Date.parse(r.endedAt ?? r.createdAt)))
      : undefined;
  return (
    <div ref={top} className="min-w-0 scroll-mt-16">
      <div role="status" className="mb-4 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 className="text-lg">{p.report.title}</h2>
        <span className="text-muted">
          {p.report.user.login}
          {last !== undefined && <>, answered in {duration(Math.max(1, last - p.pressed))}</>}
          {last === undefined && mine.length > 0 && ", under way"}
          {last === undefined &&
            mine.length === 0 &&
            (watching ? ", waiting for the events to arrive" : ", no flow answered")}
        </span>
      </div>
      {p.report.events.length > 0 && received.length === 0 && <NotReceived watching={watching} />}
      {p.report.note && <p className="mb-4 text-sm text-muted">{p.report.note}</p>}
      <div className="grid items-start gap-5 lg:grid-cols-2 xl:grid-cols-2">
        <Section title="In Okta" aside={`${p.report.events.length} events`}>
          <EventColumn events={p.report.events} received={received} />
        </Section>
        <Section
          title="Alerts"
          aside={alerts && alerts.expected.length > 0 ? `${alerts.raised} of ${alerts.expected.length}` : undefined}
        >
          <AlertColumn performance={alerts} watching={watching} />
        </Section>
        <Section
          title="What Sallyport did"
          aside={mine.length > 0 ? `${mine.length} ${mine.length === 1 ? "run" : "runs"}` : undefined}
        >
          <RunColumn runs={mine} watching={watching} />
        </Section>
        {steps.length > 0 && (
          <Section title="Step by step" aside={`${steps.length} steps`}>
            <StepList steps={steps} />
          </Section>
        )}
        <Section title="What came of it">
          <OutcomeColumn performance={p} runs={mine} every={every} />
        </Section>
      </div>
    </div>
  );
}

/** Why no event arrives: at once where nothing could receive one, else when none came for a while. */
function NotReceived({ watching }: { watching: boolean }) {
  const sources = useQuery({ ...read("/api/v1/sources", {}), enabled: useCan("sources:read") });
  const on = sources.data?.some((s) => s.kind === "okta" && s.enabled);
  if (sources.data && !on) {
    return (
      <div className="mb-4">
        <Note
          tone="warn"
          title="Nothing receives this org's events"
          action={
            <Link to="/sources" className="underline">
              Sources
            </Link>
          }
        >
          There is no alert source of an Okta org that is on, so neither alerts nor runs will come of it.
        </Note>
      </div>
    );
  }
  if (watching) return null;
  return (
    <div className="mb-4">
      <Note
        tone="warn"
        title="None of the events arrived"
        action={
          sources.data && (
            <Link to="/sources" className="underline">
              Sources
            </Link>
          )
        }
      >
        The sources that are on have not received them yet. A source's page says when it last received something, and
        what it lacks.
      </Note>
    </div>
  );
}
