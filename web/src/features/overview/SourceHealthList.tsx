import { Link } from "@tanstack/react-router";
import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { count } from "../../kit/time.ts";
import { SourceStateMark } from "../sources/sourceState.tsx";

type Brief = components["schemas"]["SourceBrief"];

/** Where events come from, and how that goes. */
export function SourceHealthList({ sources }: { sources?: Brief[] }) {
  if (sources?.length === 0) return null;
  return (
    <Section title="Event sources">
      <ul className="divide-y rounded-lg border bg-surface">
        {!sources && (
          <li className="flex h-14 items-center px-3">
            <Skeleton className="h-3.5 w-1/2" />
          </li>
        )}
        {sources?.map((s) => (
          <li key={s.id} className="px-3 py-2">
            <div className="flex items-center justify-between gap-3">
              <Link to="/sources/$id" params={{ id: s.id }} className="min-w-0 truncate font-medium hover:underline">
                {s.name}
              </Link>
              <SourceStateMark health={s.health} />
            </div>
            <div className="text-sm wrap-anywhere text-muted">
              {s.health.error ? (
                s.health.error
              ) : s.health.lastEventAt ? (
                <>
                  Newest event <Time at={s.health.lastEventAt} />, {count(s.health.events)} in all
                </>
              ) : (
                "No event was received yet."
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
