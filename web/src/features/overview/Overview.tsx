import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { Needs } from "./Needs.tsx";
import { OpenAlerts } from "./OpenAlerts.tsx";
import { Setup } from "./Setup.tsx";
import { SourceHealthList } from "./SourceHealthList.tsx";
import { Timeline } from "./Timeline.tsx";

/** What needs somebody now, and what has happened. */
export function Overview() {
  const overview = useQuery(read("/api/v1/overview", {}));
  const canRuns = useCan("runs:read");
  const canAlerts = useCan("alerts:read");
  const o = overview.data;
  const fresh = o && (o.setup.connections === 0 || o.setup.sources === 0 || o.setup.enabledFlows === 0);
  return (
    <Page>
      <PageHeader
        title="Overview"
        lead={
          o
            ? `In the last 24 hours: ${counted(o.day.events, "event")}, ${counted(o.day.runs, "run")}, ${counted(o.day.actions, "change")} made.`
            : !overview.isError && "In the last 24 hours: …"
        }
      />
      {overview.isError && (
        <div className="mb-6">
          <Failed
            what="The overview could not be read."
            error={overview.error}
            onRetry={() => void overview.refetch()}
            retrying={overview.isRefetching}
          />
        </div>
      )}
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr]">
        <aside className="flex min-w-0 flex-col gap-6 lg:col-start-2">
          {canAlerts && <OpenAlerts />}
          {(o || !overview.isError) && <Needs needs={o?.needs} />}
          {fresh && <Setup setup={o.setup} />}
        </aside>
        <div className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">{canRuns && <Timeline />}</div>
        <div className="lg:col-start-2">{(o || !overview.isError) && <SourceHealthList sources={o?.sources} />}</div>
      </div>
    </Page>
  );
}
