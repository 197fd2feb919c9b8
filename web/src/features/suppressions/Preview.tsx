import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { Panel } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { count, counted } from "../../kit/time.ts";
import { entityName } from "../alerts/alert.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import { bodyOf, type Draft, previewable } from "./suppression.ts";

type Of = components["schemas"]["SuppressionPreview"];

/** What a suppression would have hidden of the alerts of the last days, as one writes it. */
export function Preview({ draft }: { draft: Draft }) {
  const shown = useLater(draft, 500);
  // The reason and the end change nothing of what it hides.
  const { scope, target, where } = bodyOf({ ...shown, days: "never" }, new Date());
  const query = useQuery({
    queryKey: ["/api/v1/suppressions/preview", scope, target, where],
    enabled: previewable(shown),
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      call("post", "/api/v1/suppressions/preview", { body: { scope, target, where, reason: "preview" }, signal }),
  });
  if (!previewable(shown)) {
    return <p className="text-muted">Once there is a condition, it is held against the alerts of the last 30 days.</p>;
  }
  const failure = query.error instanceof Failure ? query.error : undefined;
  if (failure?.kind === "invalid") return <Note tone="warn">{failure.message}</Note>;
  if (query.isError) {
    return <Failed what="The preview failed." error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return <SkeletonLines lines={5} />;
  return <Result of={query.data} busy={query.isPlaceholderData || shown !== draft} />;
}

function Result({ of: p, busy }: { of: Of; busy: boolean }) {
  const all = p.alerts > 0 && p.hiddenAlerts === p.alerts;
  return (
    <div className="flex flex-col gap-3" aria-busy={busy} aria-live="polite">
      <Panel className="px-3.5 py-3">
        <div className="text-lg font-semibold">
          {count(p.hiddenAlerts)} of {counted(p.alerts, "alert")}
        </div>
        <p className="text-sm text-muted">
          of the last {p.days} days would not have been made
          {p.lessAlerts > 0 && `, and ${count(p.lessAlerts)} would have been smaller`}: {count(p.hiddenEvents)} of{" "}
          {counted(p.events, "event")} hidden.
          {!p.complete && " Only the newest were looked at."}
        </p>
      </Panel>
      {all && p.alerts > 1 && (
        <Note tone="warn" title="It would hide everything">
          No alert would be left of these rules. Switching the rule off says so more clearly.
        </Note>
      )}
      {p.alerts > 0 && p.hiddenAlerts + p.lessAlerts === 0 && <Note>It would have hidden nothing.</Note>}
      {p.failed > 0 && (
        <Note tone="warn" title={`The condition failed on ${counted(p.failed, "event")}`}>
          {p.error}
        </Note>
      )}
      {p.examples.length > 0 && (
        <ul aria-label="Examples" className="divide-y rounded-lg border bg-surface">
          {p.examples.map((e) => (
            <li key={e.alert.id} className="px-3 py-1.5">
              <div className="flex items-center justify-between gap-3">
                <Link
                  to="/alerts/$id"
                  params={{ id: e.alert.id }}
                  className="min-w-0 truncate font-medium hover:underline"
                >
                  {e.alert.title}
                </Link>
                <SeverityMark severity={e.alert.severity} />
              </div>
              <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
                <span className="min-w-0 truncate">{entityName(e.alert.entity)}</span>
                <Time at={e.alert.lastAt} />
                {!e.whole && <Tag>in part</Tag>}
                {e.alert.verdict === "true_positive" && <Tag tone="bad">was a true positive</Tag>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A value once it has stayed the same for a while. */
function useLater<T>(value: T, ms: number): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const t = setTimeout(() => setLater(value), ms);
    return () => clearTimeout(t);
  }, [value, ms]);
  return later;
}
