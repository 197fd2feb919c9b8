import { Link } from "@tanstack/react-router";
import { Check, CircleDashed } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Dotted } from "../../kit/Dotted.tsx";
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
                <Link to="/events/$uuid" params={{ uuid: e.uuid }} className="block hover:underline">
                  {got.message}
                </Link>
              ) : (
                <span className="block text-muted">On its way</span>
              )}
              <code className="block font-mono text-xs wrap-anywhere text-faint">
                <Dotted text={e.type} />
              </code>
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
