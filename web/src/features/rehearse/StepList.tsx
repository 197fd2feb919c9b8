import { Check, X } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Time } from "../../kit/Time.tsx";

type Step = components["schemas"]["ScenarioStep"];

const places: Record<Step["where"], string> = { okta: "Okta", auth0: "Auth0" };

/** What happened besides the events: who got in elsewhere, and who did not any more. */
export function StepList({ steps }: { steps: Step[] }) {
  return (
    <ol className="divide-y rounded-lg border bg-surface">
      {steps.map((s) => (
        <li key={`${s.at} ${s.what}`} className="flex items-start gap-2 px-3 py-2">
          {s.ok ? (
            <Check size={15} aria-label="It worked" className="mt-0.5 shrink-0 text-accent" />
          ) : (
            <X size={15} aria-label="Refused" className="mt-0.5 shrink-0 text-faint" />
          )}
          <div className="min-w-0 flex-1">
            <span className="block">{s.what}</span>
            <span className="block text-xs wrap-anywhere text-muted">
              {places[s.where]}
              {s.detail && `: ${s.detail}`}
            </span>
          </div>
          <span className="text-xs leading-5 text-muted">
            <Time at={s.at} exact />
          </span>
        </li>
      ))}
    </ol>
  );
}
