import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import { PictureSkeleton } from "../flows/picture/FlowPicture.tsx";
import { RunActions } from "./RunActions.tsx";
import { RunBody } from "./RunBody.tsx";
import { RunNotes } from "./RunNotes.tsx";
import { StartedBy } from "./RunTable.tsx";
import { ended, RunStateMark } from "./runState.tsx";

const route = getRouteApi("/inside/runs/$id");

/** A run: how it went, with the data at each card. */
export function RunPage() {
  const { id } = route.useParams();
  // The stream tells of changes; while a run is under way its steps are looked for too.
  const run = useQuery({
    ...read("/api/v1/runs/{id}", { path: { id } }),
    refetchInterval: (q) => (q.state.data && !ended(q.state.data.state) ? 1_500 : false),
  });
  const r = run.data;
  const above = (
    <Link to="/runs" className="hover:underline">
      Runs
    </Link>
  );
  if (!r) {
    return (
      <Unread query={run} what="run" above={above}>
        <PictureSkeleton />
      </Unread>
    );
  }
  return (
    <Page>
      <PageHeader
        title={r.flow.name || "A deleted flow"}
        above={above}
        mark={<RunStateMark state={r.state} strong />}
        lead={
          <span className="flex flex-wrap gap-x-4 gap-y-0.5">
            <StartedBy run={r} />
            <span>
              <Time at={r.createdAt} />
              {r.startedAt && (
                <>
                  , took <Duration from={r.startedAt} to={r.endedAt} />
                </>
              )}
            </span>
            {r.flow.name && (
              <Link to="/flows/$id" params={{ id: r.flow.id }} className="hover:underline">
                version {r.version} of the flow
              </Link>
            )}
          </span>
        }
        actions={<RunActions run={r} />}
      />
      <RunNotes run={r} />
      <RunBody run={r} />
    </Page>
  );
}
