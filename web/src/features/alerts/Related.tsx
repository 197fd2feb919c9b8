import { Link } from "@tanstack/react-router";
import { Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Alert } from "./alert.ts";
import { AlertStateMark } from "./alertState.tsx";
import { EntityChip } from "./EntityChip.tsx";
import { alertsAbout } from "./entity.ts";
import { SeverityMark } from "./severity.tsx";

/** Other alerts about the same, in short. */
export function Related({ alerts }: { alerts: Alert[] }) {
  const first = alerts[0];
  if (!first) return null;
  return (
    <Section
      title="Other alerts about the same"
      aside={
        <Link to="/alerts" search={alertsAbout(first.entity)} className="text-accent hover:underline">
          Show all
        </Link>
      }
    >
      <AlertRows alerts={alerts.slice(0, 8)} />
    </Section>
  );
}

/** A few alerts in short. */
export function AlertRows({ alerts }: { alerts: Alert[] }) {
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {alerts.map((a) => (
        <li key={a.id} className="px-3 py-1.5">
          <div className="flex items-center justify-between gap-3">
            <Link
              to="/alerts/$id"
              params={{ id: a.id }}
              className="min-w-0 truncate py-0.5 font-medium hover:underline"
            >
              {a.title}
            </Link>
            <SeverityMark severity={a.severity} />
          </div>
          <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
            {a.state !== "open" && <AlertStateMark state={a.state} verdict={a.verdict} />}
            <span className="min-w-0 flex-1">
              <EntityChip entity={a.entity} />
            </span>
            <Time at={a.lastAt} />
          </div>
        </li>
      ))}
    </ul>
  );
}
