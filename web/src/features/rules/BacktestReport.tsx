import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { sentence } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Facts, Panel } from "../../kit/Page.tsx";
import { usePreference } from "../../kit/preference.ts";
import { Time, zonePreference } from "../../kit/Time.tsx";
import { absolute, count, counted, duration } from "../../kit/time.ts";
import { BacktestState } from "./BacktestState.tsx";

type Detail = components["schemas"]["BacktestDetail"];
type Report = components["schemas"]["Report"];
type Example = components["schemas"]["Example"];

/** What a backtest came to, so far or in all. */
export function BacktestReport({ of, onCancel, canceling }: { of: Detail; onCancel: () => void; canceling: boolean }) {
  const r = of.report;
  return (
    <Panel className="mt-3 flex flex-col gap-3 px-3.5 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <strong className="font-semibold">
          {counted(r.hits, "hit")}, {counted(r.alerts, "alert")}
        </strong>
        <BacktestState state={of.state} />
        <span className="text-sm text-muted">
          {of.by.name} <Time at={of.createdAt} />, events
          {of.since ? " since " : " until "}
          <Time at={of.since ?? of.until ?? of.createdAt} />
        </span>
        {of.state === "running" && (
          <Button size="sm" className="ml-auto" busy={canceling} onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      {of.state === "running" && <Progress of={of} />}
      {of.error && <p className="text-bad">{sentence(of.error)}</p>}
      {r.bars.length > 0 && <Bars report={r} />}
      <Facts className="text-sm" items={factsOf(r)} />
      {r.entities.length > 0 && <Entities report={r} />}
      <Examples title={r.against ? "Newest hits" : "Examples"} list={r.examples} />
      {r.against && <Examples title="Only with this version" list={r.against.new} />}
      {r.against && <Examples title="Only with the published version" list={r.against.old} />}
    </Panel>
  );
}

function Progress({ of }: { of: Detail }) {
  return (
    <div>
      <progress
        className="h-1.5 w-full accent-accent"
        max={of.total || undefined}
        value={of.total ? of.done : undefined}
        aria-label="Events looked at"
      />
      <p className="text-sm text-muted" aria-live="polite">
        {count(of.done)} of {of.total ? counted(of.total, "event") : "events"}, {count(Math.round(of.eventsPerSecond))}{" "}
        a second
        {of.secondsLeft > 0 && of.total > 0 && `, about ${duration(of.secondsLeft * 1000)} left`}
      </p>
    </div>
  );
}

function factsOf(r: Report): [string, ReactNode][] {
  const out: [string, ReactNode][] = [];
  if (r.against) {
    const a = r.against;
    out.push([
      "Published version",
      `${counted(a.hits, "hit")}, ${counted(a.alerts, "alert")}: ${count(a.both)} in both, ${count(a.onlyNew)} only new, ${count(a.onlyOld)} only old`,
    ]);
  }
  if (r.hidden > 0) out.push(["Hidden by exceptions", counted(r.hidden, "time")]);
  out.push([
    "Cost",
    `${counted(r.events, "event")} in ${duration(r.cost.seconds * 1000)}, ${count(Math.round(r.cost.eventsPerSecond))} a second; ${r.cost.microsecondsPerEvent.toFixed(1)} µs of matching an event`,
  ]);
  if (r.bad > 0) out.push(["Could not be read", counted(r.bad, "event")]);
  return out;
}

const height = 56;

/** Fewer bars than these leave the rest empty, so that one is no wall. */
const leastBars = 30;

/** Hits over time; those of the published version as a line above. */
function Bars({ report: r }: { report: Report }) {
  const [zone] = usePreference(zonePreference);
  const most = Math.max(1, ...r.bars.map((b) => Math.max(b.hits, b.against ?? 0)));
  const from = new Date(r.since ?? 0).getTime();
  const bars = Math.max(leastBars, r.bars.length);
  const up = (n: number) => (n === 0 ? 0 : Math.max(2, (n / most) * (height - 4)));
  return (
    <figure>
      <svg
        viewBox={`0 0 ${bars} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${counted(r.hits, "hit")} over time; the most in one bar are ${count(most)}`}
        className="h-14 w-full"
      >
        {r.bars.map((b, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          <g key={i}>
            <rect x={i + 0.08} y={height - up(b.hits)} width={0.84} height={up(b.hits)} fill="var(--c-accent-fill)" />
            {(b.against ?? 0) > 0 && (
              <rect x={i} y={height - up(b.against ?? 0)} width={1} height={1.5} fill="var(--c-ink)" />
            )}
          </g>
        ))}
      </svg>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>{absolute(new Date(from), zone)}</span>
        {r.against && <span>Bars: this version. Lines: the published one.</span>}
        <span>{absolute(new Date(from + bars * r.barSeconds * 1000), zone)}</span>
      </figcaption>
    </figure>
  );
}

function Entities({ report: r }: { report: Report }) {
  return (
    <div>
      <h3 className="mb-1 text-sm font-medium">By entity</h3>
      <ul className="text-sm">
        {r.entities.map((e) => (
          <li key={`${e.kind} ${e.id}`} className="flex justify-between gap-3">
            <span className="min-w-0 truncate">{e.login || e.name || e.id || "nobody in particular"}</span>
            <span className="shrink-0 text-muted tabular-nums">
              {counted(e.hits, "hit")}, {counted(e.alerts, "alert")}
            </span>
          </li>
        ))}
        {r.others.hits > 0 && (
          <li className="flex justify-between gap-3 text-muted">
            <span>
              {counted(r.others.entities, "other")}
              {r.others.atLeast && " or more"}
            </span>
            <span className="tabular-nums">{counted(r.others.hits, "hit")}</span>
          </li>
        )}
      </ul>
    </div>
  );
}

function Examples({ title, list }: { title: string; list: Example[] }) {
  if (list.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer text-sm font-medium">
        {title} ({list.length})
      </summary>
      <ul className="mt-1 text-sm">
        {list.map((x) => (
          <li key={`${x.event} ${x.rule} ${x.id}`} className="flex flex-wrap gap-x-3">
            <Link to="/events/$uuid" params={{ uuid: x.event }} className="text-accent hover:underline">
              {x.eventType}
            </Link>
            <span className="min-w-0 truncate">{x.login || x.name || x.id}</span>
            {x.published && (
              <span className="text-muted">
                <Time at={x.published} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
