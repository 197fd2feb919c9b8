import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { Spark } from "../../kit/Spark.tsx";
import { Time } from "../../kit/Time.tsx";
import { count, counted, span } from "../../kit/time.ts";
import { rate } from "./SourceList.tsx";

type Detail = components["schemas"]["SourceDetail"];

/** How a source is doing: what comes, how late, what failed, how much of Okta's limit it takes. */
export function Health({ source: s }: { source: Detail }) {
  const h = s.health;
  const hour = h.minutes.reduce((a, b) => a + b, 0);
  const failed = h.errors.reduce((a, b) => a + b, 0);
  return (
    <div className="flex flex-col gap-6">
      {h.error && (
        <Note
          tone="bad"
          title={h.failures > 1 ? `It fails: ${counted(h.failures, "attempt")} in a row` : "The last attempt failed"}
          action={
            s.connection && (
              <Link
                to="/connections/$id"
                params={{ id: s.connection.id }}
                className="shrink-0 text-sm text-accent hover:underline"
              >
                Its connection
              </Link>
            )
          }
        >
          {h.error} {h.errorAt && <Time at={h.errorAt} />}
        </Note>
      )}
      {h.state === "waiting" && (
        <Note>
          Nothing was received yet. The first poll comes within seconds; a hook speaks when something happens.
        </Note>
      )}
      {h.state === "late" && (
        <Note tone="warn" title="Events come late">
          The newest came {span(h.lagMs)} after they were published. The system itself may be late, or this server's
          clock is off.
        </Note>
      )}
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Figure name="Events a minute" value={rate(h.perMinute)} note={`${counted(hour, "event")} in the last hour`} />
        <Figure name="Lag" value={h.lagMs > 0 ? span(h.lagMs) : "–"} note="from published to kept" />
        <Figure
          name="Newest event"
          value={h.lastEventAt ? <Time at={h.lastEventAt} /> : "none yet"}
          note={`${count(h.events)} in all`}
        />
        <Figure
          name="Failed attempts"
          value={count(failed)}
          note="in the last hour"
          tone={failed > 0 ? "text-bad" : undefined}
        />
      </div>
      <Section title="Last hour" aside={failed > 0 ? "red below the line: attempts that failed" : undefined}>
        <Panel className="px-3 py-3">
          <Spark
            values={h.minutes}
            failed={h.errors}
            label={`${counted(hour, "event")} in the last hour, by the minute`}
          />
          <div className="mt-1 flex justify-between text-xs text-faint">
            <span>60 min ago</span>
            <span>now</span>
          </div>
        </Panel>
      </Section>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Section title="Last heard of">
          <Panel className="px-3 py-2.5">
            <Facts items={heard(s)} />
          </Panel>
        </Section>
        <Rates rates={s.rates} connected={s.connection !== undefined} />
      </div>
      <Outages outages={s.outages} />
    </div>
  );
}

function Figure({ name, value, note, tone }: { name: string; value: React.ReactNode; note: string; tone?: string }) {
  return (
    <div className="min-w-0 rounded-lg border bg-surface px-3 py-2.5">
      <div className="text-sm text-muted">{name}</div>
      <div className={`truncate text-lg font-medium ${tone ?? ""}`}>{value}</div>
      <div className="truncate text-xs text-faint">{note}</div>
    </div>
  );
}

function heard(s: Detail): [string, React.ReactNode][] {
  const h = s.health;
  const when = (at: string | undefined, on: boolean) =>
    at ? <Time key={at} at={at} /> : on ? "not yet" : "it is not used";
  return [
    ["Poll", when(h.lastPollAt, s.poll)],
    ["Event hook", when(h.lastHookAt, s.hook !== undefined)],
    ["Log stream", when(h.lastStreamAt, s.stream !== undefined)],
  ];
}

/** How many rate limits are shown at first. */
const shownRates = 3;

function Rates({ rates, connected }: { rates: Detail["rates"]; connected: boolean }) {
  const [all, setAll] = useState(false);
  if (!connected) return null;
  return (
    <Section title="Rate limits" aside="this minute">
      <Panel>
        {rates.length === 0 && <p className="px-3 py-2.5 text-muted">Not learnt yet: they are told with answers.</p>}
        <ul className="divide-y">
          {rates.slice(0, all ? undefined : shownRates).map((r) => (
            <li key={r.bucket} className="px-3 py-2">
              <div className="flex justify-between gap-3">
                <span className="truncate font-mono text-xs">{r.bucket}</span>
                <span className="shrink-0 text-sm">
                  {count(r.used)} of {count(r.cap)}
                </span>
              </div>
              <div aria-hidden className="my-1 h-1 overflow-hidden rounded-full bg-line">
                <div
                  className="h-full bg-accent"
                  style={{ width: `${Math.min(100, (100 * r.used) / (r.cap || 1))}%` }}
                />
              </div>
              <div className="text-xs text-faint">
                {count(r.limit)} are allowed a minute, {count(r.remaining)} of them are left for everybody
              </div>
            </li>
          ))}
        </ul>
        {rates.length > shownRates && (
          <button
            type="button"
            onClick={() => setAll(!all)}
            className="w-full border-t px-3 py-2 text-left text-sm text-muted hover:text-ink"
          >
            {all ? "Show fewer" : `${rates.length - shownRates} more, less used`}
          </button>
        )}
      </Panel>
    </Section>
  );
}

function Outages({ outages }: { outages: Detail["outages"] }) {
  return (
    <Section title="Gaps in the last 24 hours">
      <Panel>
        {outages.length === 0 ? (
          <p className="px-3 py-2.5 text-muted">None.</p>
        ) : (
          <ul className="divide-y">
            {outages.map((o) => (
              <li key={o.from} className="flex flex-wrap justify-between gap-x-4 px-3 py-2">
                <span>
                  <Time at={o.from} exact />{" "}
                  {o.to ? (
                    <>
                      to <Time at={o.to} exact />
                    </>
                  ) : (
                    "until now"
                  )}
                </span>
                <span className={o.lost ? "text-warn" : "text-muted"}>
                  {o.lost ? "Events may be missing" : "Read later: nothing is missing"}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Section>
  );
}
