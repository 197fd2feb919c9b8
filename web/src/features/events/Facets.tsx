import type { components } from "../../api/schema.gen.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { count } from "../../kit/time.ts";
import { quoted } from "./query.ts";

type Summary = components["schemas"]["EventSummary"];

const titles: Record<string, string> = {
  eventType: "Type",
  "actor.alternateId": "Who",
  "client.ipAddress": "Address",
  "outcome.result": "Outcome",
  severity: "Severity",
  "client.geographicalContext.country": "Country",
};

/** What the events have in common. A value narrows the search to it. */
export function Facets({ summary, onChoose }: { summary: Summary | undefined; onChoose: (clause: string) => void }) {
  if (!summary) return <Skeleton className="h-96" />;
  return (
    <div className="flex flex-col gap-4">
      {summary.facets.map((f) => (
        <section key={f.field} aria-label={titles[f.field] ?? f.field}>
          <h3 className="mb-1 text-xs font-medium text-muted">{titles[f.field] ?? f.field}</h3>
          <ul className="text-sm">
            {f.values.map((v) => (
              <li key={v.value}>
                <button
                  type="button"
                  title={v.value ? `${f.field} is ${v.value}` : `without ${f.field}`}
                  onClick={() => onChoose(v.value ? `${f.field} eq ${quoted(v.value)}` : `not (${f.field} pr)`)}
                  className="relative flex h-6.5 w-full items-center gap-2 rounded-sm px-1.5 text-left hover:bg-hover pointer-coarse:h-10"
                >
                  <span
                    aria-hidden
                    className="absolute inset-y-0.5 left-0 rounded-sm bg-accent-soft"
                    style={{ width: `${summary.events ? (100 * v.events) / summary.events : 0}%` }}
                  />
                  <span className="relative min-w-0 flex-1 truncate">
                    {v.value || <span className="text-faint">none</span>}
                  </span>
                  <span className="relative shrink-0 text-xs text-muted tabular-nums">{count(v.events)}</span>
                </button>
              </li>
            ))}
          </ul>
          {f.others > 0 && <p className="px-1.5 text-xs text-faint">and {count(f.others)} other values</p>}
        </section>
      ))}
    </div>
  );
}
