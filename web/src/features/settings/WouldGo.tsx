import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { beyondSize } from "./retention.ts";

/** What two bounds would take away of what is stored now. */
export function WouldGo({
  stored,
  days,
  megabytes,
  asked,
}: {
  stored: components["schemas"]["EventRetention"]["stored"];
  days: number;
  megabytes: number;
  /** Whether the bounds are new ones. */
  asked: boolean;
}) {
  const until = useMemo(() => new Date(Date.now() - days * 86_400_000).toISOString(), [days]);
  const since = stored.oldest;
  const past = Boolean(asked && days && since && since < until);
  const old = useQuery({
    ...read("/api/v1/events/summary", { query: { since, until } }),
    enabled: past,
    placeholderData: keepPreviousData,
  });
  if (!asked) return null;
  const byAge = past ? old.data : undefined;
  const bySize = beyondSize(stored, megabytes);
  const waiting = past && old.isPending;
  const nothing = !waiting && !old.isError && !byAge?.events && bySize === 0;
  return (
    <Note tone={nothing ? "info" : "warn"} title="What would go">
      {nothing && <p>Nothing of what is stored now.</p>}
      {waiting && <p>Counting what is older than that …</p>}
      {past && old.isError && (
        <p>
          Everything from before <Time at={until} />; how much that is could not be counted.
        </p>
      )}
      {byAge && byAge.events > 0 && (
        <p>
          By age: {byAge.complete ? "" : "at least "}
          {counted(byAge.events, "event")} from before <Time at={until} />.
        </p>
      )}
      {bySize > 0 && <p>By size: about {counted(bySize, "event")}, the oldest.</p>}
      {!nothing && <p>Less those that an alert rests on. They cannot be had back.</p>}
    </Note>
  );
}
