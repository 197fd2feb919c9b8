import { Link } from "@tanstack/react-router";
import { Panel } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { Spark } from "../../kit/Spark.tsx";
import { Time } from "../../kit/Time.tsx";
import { count, counted } from "../../kit/time.ts";
import { WeightMark } from "./marks.tsx";
import { type Posture, percent, sightWords, trendOf } from "./posture.ts";

const causes: Record<string, string> = { sync: "after a reading", asked: "asked for", settings: "after a change" };

/** How an org stands: the score with how much of it is seen, how that went, and what is open. */
export function Standing({ tenant, posture: p }: { tenant: string; posture: Posture | undefined }) {
  return (
    <div className="mb-6 grid gap-3 md:grid-cols-3">
      <Panel className="px-4 py-3">
        <h2 className="text-sm text-muted">Score</h2>
        {!p ? <Skeleton className="mt-2 h-8 w-24" /> : <Score posture={p} />}
      </Panel>
      <Panel className="px-4 py-3">
        <h2 className="text-sm text-muted">Last 90 days</h2>
        {!p ? <Skeleton className="mt-2 h-8 w-full" /> : <Trend posture={p} />}
      </Panel>
      <Panel className="px-4 py-3">
        <h2 className="text-sm text-muted">Open findings</h2>
        {!p ? <Skeleton className="mt-2 h-8 w-2/3" /> : <Open tenant={tenant} posture={p} />}
      </Panel>
    </div>
  );
}

function Score({ posture: { run } }: { posture: Posture }) {
  if (!run) return <p className="mt-1 text-muted">Not judged by this profile yet.</p>;
  return (
    <>
      <p className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
        <strong className="text-2xl font-semibold tabular-nums">{percent(run.score)}</strong>
        <span className="text-muted">of the {percent(run.visible)} that could be seen</span>
      </p>
      <p className="mt-1 text-sm text-muted">{sightWords(run.visible)}</p>
      <p className="mt-1 text-sm text-faint">
        Judged <Time at={run.at} />, {causes[run.cause] ?? run.cause}
      </p>
    </>
  );
}

function Trend({ posture: { trend } }: { posture: Posture }) {
  const [last] = trend;
  const first = trend.at(-1);
  if (!last || !first || trend.length < 2) {
    return <p className="mt-1 text-muted">How it goes shows from the second judgement on.</p>;
  }
  const by = Math.round((last.score - first.score) * 100);
  const words = by === 0 ? "as it was" : by > 0 ? `${by} points better` : `${-by} points worse`;
  return (
    <>
      <div className="mt-2">
        <Spark values={trendOf(trend)} label={`The score over ${counted(trend.length, "judgement")}: ${words}`} />
      </div>
      <p className="mt-1 text-sm text-muted">
        {words} than <Time at={first.at} />, in {counted(trend.length, "judgement")}
      </p>
    </>
  );
}

function Open({ tenant, posture: { open } }: { tenant: string; posture: Posture }) {
  const some = open.filter((o) => o.count > 0);
  if (some.length === 0) return <p className="mt-1 text-muted">None.</p>;
  return (
    <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
      {some.map((o) => (
        <li key={o.severity}>
          <Link
            to="/findings"
            search={{ tenant, severity: o.severity }}
            className="inline-flex min-h-7 items-center gap-1.5 hover:underline"
          >
            <WeightMark severity={o.severity} />
            <span className="tabular-nums">{count(o.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
