import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Empty } from "../../kit/Empty.tsx";
import { More } from "../../kit/More.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import type { AlertDetail } from "./alert.ts";
import { EvidenceEvent } from "./EvidenceEvent.tsx";

/** The events that an alert is made of, the newest first. */
export function Evidence({ alert: a }: { alert: AlertDetail }) {
  const can = useCan("events:read");
  const { items, first, error, refetch, refetching, more } = usePages(
    "/api/v1/alerts/{id}/events",
    { path: { id: a.id }, query: { limit: 20 } },
    { enabled: can },
  );
  return (
    <Section
      title="Evidence"
      aside={
        can && (
          <Link
            to="/alerts"
            search={{ view: "all", rule: a.rule.id }}
            className="text-accent hover:underline"
            title="All alerts of this rule"
          >
            {counted(first?.total ?? a.events, "event")}
          </Link>
        )
      }
    >
      {error && <Failed what="The events could not be read." error={error} onRetry={refetch} retrying={refetching} />}
      <Panel>
        {!can && <p className="px-3.5 py-3 text-muted">You may not see events.</p>}
        {can && !items && !error && (
          <div className="px-3.5 py-3">
            <SkeletonLines lines={Math.min(8, 2 * a.events)} />
          </div>
        )}
        {items?.length === 0 && <Empty title="The events are not stored any more">The alert keeps what it says.</Empty>}
        <ol className="divide-y">
          {items?.map((e) => (
            <EvidenceEvent key={e.uuid} event={e} />
          ))}
        </ol>
        {items && <More {...more} />}
      </Panel>
    </Section>
  );
}
