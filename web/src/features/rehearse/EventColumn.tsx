import { Link } from "@tanstack/react-router";
import { Check, CircleDashed } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Time } from "../../kit/Time.tsx";
import type { Report } from "./sandbox.ts";

type Event = components["schemas"]["Event"];

/** The events that Okta wrote, and whether they have arrived here. */
export function EventColumn({ events, received }: { events: Report["events"]; received: Event[] }) {
  return (
    <ol className="divide-y rounded-lg border bg-surface">
      {events.map((e) => {
        const got = received.find((r) => r.uuid === e.uuid);
        return (
          <li key={e.uuid} className="flex items-start gap-2 px-3 py-2">
            {got ? (
              <Check size={15} aria-label="Received" className="mt-0.5 shrink-0 text-accent" />
            ) : (
              <CircleDashed size={15} aria-label="Not received yet" className="breathe mt-0.5 shrink-0 text-edge" />
            )}
            <div className="min-w-0 flex-1">
              {got ? (
                <Link to="/events/$uuid" params={{ uuid: e.uuid }} className="block truncate hover:underline">
                  {got.message}
                </Link>
              ) : (
                <span className="block truncate text-muted">{e.type}</span>
              )}
              <span className="block truncate font-mono text-xs text-faint" title={e.type}>
                {e.type}
              </span>
            </div>
            {e.published && (
              <span className="text-xs leading-5 text-muted">
                <Time at={e.published} exact />
              </span>
            )}
          </li>
        );
      })}
      {events.length === 0 && <li className="px-3 py-2 text-muted">The scenario wrote no events.</li>}
    </ol>
  );
}
