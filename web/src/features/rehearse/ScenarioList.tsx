import { clsx } from "clsx";
import { Check, TriangleAlert } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";

type Scenario = components["schemas"]["Scenario"];

type Played = components["schemas"]["Performance"];

type Props = {
  scenarios: Scenario[] | undefined;
  /** The newest first. */
  performances: Played[];
  chosen?: string;
  onChoose: (name: string) => void;
};

/** When a scenario was played last, and whether its alerts came. */
function LastPlayed({ performance: p }: { performance?: Played }) {
  if (!p) return null;
  const all = p.raised === p.expected.length && p.others.length === 0;
  return (
    <span className="mt-0.5 flex flex-wrap items-center gap-x-1.5 text-xs text-muted">
      {all ? (
        <Check size={13} aria-hidden className="text-accent" />
      ) : (
        <TriangleAlert size={13} aria-hidden className="text-warn" />
      )}
      <span>
        {p.expected.length === 0
          ? all
            ? "No alert, as it should be"
            : "An alert that nobody expected"
          : `${p.raised} of ${p.expected.length} alerts`}
        {p.expected.length > 0 && p.others.length > 0 && `, ${p.others.length} unexpected`}
      </span>
      <Time at={p.at} />
    </span>
  );
}

/** What can be played; the chosen one says what happens and what a defender should see. */
export function ScenarioList({ scenarios, performances, chosen, onChoose }: Props) {
  if (!scenarios) return <SkeletonLines lines={6} />;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Scenario</legend>
      <div className="divide-y overflow-clip rounded-lg border bg-surface">
        {scenarios.map((s) => (
          <label
            key={s.name}
            className={clsx(
              "flex cursor-pointer items-start gap-2.5 px-3 py-2 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2",
              s.name === chosen && "bg-accent-soft hover:bg-accent-soft",
            )}
          >
            <input
              type="radio"
              name="scenario"
              value={s.name}
              checked={s.name === chosen}
              onChange={() => onChoose(s.name)}
              className="mt-[3px] shrink-0 accent-[var(--c-accent-fill)]"
            />
            <span className="min-w-0">
              <span className="block">{s.title}</span>
              <LastPlayed performance={performances.find((p) => p.scenario === s.name)} />
              {s.name === chosen && (
                <span className="mt-1 block text-sm text-muted">
                  {s.happens}
                  <span className="mt-1.5 block">
                    <span className="font-medium text-ink">What to look for: </span>
                    {s.expect}
                  </span>
                  {s.raises.length > 0 && (
                    <span className="mt-1.5 block">
                      <span className="font-medium text-ink">Alerts that should come: </span>
                      {[...new Set(s.raises.map((a) => a.rule.title))].join(", ")}
                    </span>
                  )}
                  {s.techniques.length > 0 && (
                    <span className="mt-1.5 block text-xs">MITRE ATT&CK {s.techniques.join(", ")}</span>
                  )}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
