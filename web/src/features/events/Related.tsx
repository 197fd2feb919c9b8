import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { EventTable } from "./EventTable.tsx";

type Related = components["schemas"]["RelatedEvents"];

const titles: Record<Related["by"], string> = {
  transaction: "Same transaction",
  session: "Same session",
  device: "Same device, within a day",
  address: "Same address, within a day",
};

/** Events that have something in common with one. */
export function RelatedEvents({ uuid }: { uuid: string }) {
  const related = useQuery(read("/api/v1/events/{uuid}/related", { path: { uuid } }));
  const navigate = useNavigate();
  const [by, setBy] = useState<Related["by"]>();
  const groups = (related.data?.items ?? []).filter((g) => g.items.length > 0);
  const shown = groups.find((g) => g.by === by) ?? groups[0];
  return (
    <Section
      title="Around it"
      aside={
        shown && (
          <Link
            to="/events"
            search={{
              filter: shown.filter,
              since: shown.since,
              until: shown.until,
              range: shown.since ? undefined : "all",
            }}
            className="text-accent hover:underline"
          >
            All in Events
          </Link>
        )
      }
    >
      {related.error && (
        <Failed
          what="The events around it could not be read."
          error={related.error}
          onRetry={() => void related.refetch()}
        />
      )}
      {!related.error && !related.data && <SkeletonLines lines={4} />}
      {related.data && groups.length === 0 && (
        <p className="text-muted">No other event shares its transaction, session, device or address.</p>
      )}
      {groups.length > 1 && (
        <fieldset className="mb-2 flex flex-wrap gap-1">
          <legend className="sr-only">What they share</legend>
          {groups.map((g) => (
            <button
              key={g.by}
              type="button"
              aria-pressed={g === shown}
              onClick={() => setBy(g.by)}
              className="h-7 rounded-md px-2.5 text-sm text-muted hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-ink pointer-coarse:h-10"
            >
              {titles[g.by]}{" "}
              <span className="text-faint">
                {g.items.length}
                {g.more && "+"}
              </span>
            </button>
          ))}
        </fieldset>
      )}
      {shown && (
        <EventTable
          label={titles[shown.by]}
          events={shown.items}
          onOpen={(e) => void navigate({ to: "/events/$uuid", params: { uuid: e.uuid } })}
        />
      )}
    </Section>
  );
}
