import { clsx } from "clsx";
import type { components } from "../../api/schema.gen.ts";
import { SkeletonLines } from "../../kit/Skeleton.tsx";

type Scenario = components["schemas"]["Scenario"];

type Props = { scenarios: Scenario[] | undefined; chosen?: string; onChoose: (name: string) => void };

/** What can be played; the chosen one says what happens and what a defender should see. */
export function ScenarioList({ scenarios, chosen, onChoose }: Props) {
  if (!scenarios) return <SkeletonLines lines={6} />;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Scenario</legend>
      <div className="divide-y overflow-clip rounded-lg border bg-surface">
        {scenarios.map((s) => (
          <label
            key={s.name}
            className={clsx(
              "flex cursor-pointer items-start gap-2.5 px-3 py-2 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2",
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
              {s.name === chosen && (
                <span className="mt-1 block text-sm text-muted">
                  {s.happens}
                  <span className="mt-1.5 block">
                    <span className="font-medium text-ink">What to look for: </span>
                    {s.expect}
                  </span>
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
