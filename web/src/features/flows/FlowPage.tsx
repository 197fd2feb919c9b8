import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pencil, Play } from "lucide-react";
import { useState } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { Time } from "../../kit/Time.tsx";
import { RunStateMark } from "../runs/runState.tsx";
import { useCan } from "../session/session.ts";
import { DropDraft } from "./DropDraft.tsx";
import { FlowRuns } from "./FlowRuns.tsx";
import { FlowSource } from "./FlowSource.tsx";
import { FlowSwitch } from "./FlowSwitch.tsx";
import { FlowVersions } from "./FlowVersions.tsx";
import { PictureTab } from "./PictureTab.tsx";
import { Problems } from "./Problems.tsx";
import { PictureSkeleton } from "./picture/FlowPicture.tsx";
import { RunNow } from "./RunNow.tsx";
import { SetupTab } from "./SetupTab.tsx";
import { startsByHand, TriggerPanel } from "./trigger/TriggerPanel.tsx";

type Detail = components["schemas"]["FlowDetail"];

const route = getRouteApi("/inside/flows/$id");

/** A flow: what it is, whether it is on, what it looks like, what it is installed with. */
export function FlowPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const version = search.version ? Number(search.version) : undefined;
  const flow = useQuery(read("/api/v1/flows/{id}", { path: { id }, ...(version ? { query: { version } } : {}) }));
  const f = flow.data;
  const tab = search.tab ?? "picture";
  if (!f && flow.isError) return <Unread query={flow} what="flow" above={<Back />} />;
  if (!f) return <Loading />;
  const pending = f.unbound.length + f.problems.length > 0;
  return (
    <Page>
      <Head flow={f} />
      <TriggerPanel flow={f} />
      {pending && tab !== "setup" && (
        <div className="mb-4">
          <Problems unbound={f.unbound} problems={f.problems} flow={f} />
          {f.unbound.length > 0 && (
            <Link
              to="/flows/$id"
              params={{ id }}
              search={{ tab: "setup" }}
              className={`${buttonClass("plain", "sm")} mt-2`}
            >
              Choose them
            </Link>
          )}
        </div>
      )}
      <Tabs
        label="Parts of the flow"
        value={tab}
        onChange={(t) =>
          void navigate({ search: { tab: t === "picture" ? undefined : t, version: search.version }, replace: true })
        }
        tabs={[
          { id: "picture", label: "Picture", content: <PictureTab flow={f} /> },
          { id: "runs", label: "Runs", content: <FlowRuns flow={f.id} /> },
          {
            id: "setup",
            label: f.unbound.length > 0 ? `Setup (${f.unbound.length} to choose)` : "Setup",
            content: <SetupTab key={f.id} flow={f} />,
          },
          { id: "yaml", label: "YAML", content: <FlowSource flow={f} /> },
          { id: "versions", label: "Versions", content: <FlowVersions flow={f} /> },
        ]}
      />
    </Page>
  );
}

function Back() {
  return (
    <Link to="/flows" className="hover:underline">
      Flows
    </Link>
  );
}

function Head({ flow: f }: { flow: Detail }) {
  const canRun = useCan("flows:run");
  const canWrite = useCan("flows:write");
  const navigate = route.useNavigate();
  useKeys(
    canWrite
      ? [
          {
            keys: "e",
            label: "Edit the flow",
            group: "Flow",
            run: () => void navigate({ to: "/flows/$id/edit", params: { id: f.id } }),
          },
        ]
      : [],
  );
  const [running, setRunning] = useState(false);
  const [dropping, setDropping] = useState(false);
  return (
    <>
      <PageHeader
        title={f.title}
        above={
          <>
            <Back /> /{" "}
            <Link to="/flows" search={{ folder: f.folder.id }} className="hover:underline">
              {f.folder.name}
            </Link>
          </>
        }
        mark={
          <>
            {f.version > 0 && <Tag>Version {f.showing.version || f.version}</Tag>}
            {f.version > 0 && f.draft && <Tag tone="warn">Draft</Tag>}
            {f.version === 0 && <Tag tone="warn">Draft only</Tag>}
            {f.showing.version > 0 && f.showing.version !== f.version && <Tag tone="warn">Not the published one</Tag>}
          </>
        }
        lead={f.description}
        actions={
          <>
            <span className="mr-1 inline-flex items-center gap-2">
              <FlowSwitch flow={f} />
              <span className={f.enabled ? "font-medium" : "text-muted"}>{f.enabled ? "On" : "Off"}</span>
            </span>
            {canWrite && (
              <Link to="/flows/$id/edit" params={{ id: f.id }} className={buttonClass()}>
                <Pencil size={14} aria-hidden /> {f.draft && f.version > 0 ? "Go on editing" : "Edit"}
              </Link>
            )}
            {canRun && (
              <Button icon={<Play size={14} />} onClick={() => setRunning(true)} disabled={!startsByHand(f)}>
                Run now
              </Button>
            )}
          </>
        }
      />
      <div className="-mt-2 mb-4 flex flex-wrap gap-x-5 gap-y-1 text-sm text-muted">
        {f.lastRun ? (
          <span className="inline-flex items-center gap-2">
            Last run{" "}
            <Link to="/runs/$id" params={{ id: f.lastRun.id }} className="hover:underline">
              <RunStateMark state={f.lastRun.state} />
            </Link>
            <Time at={f.lastRun.createdAt} />
          </span>
        ) : (
          <span>Never run</span>
        )}
        <span>
          {f.day.runs} in 24 h{f.day.failed > 0 && <span className="text-bad">, {f.day.failed} failed</span>}
        </span>
        {f.draft && f.version > 0 && (
          <span>
            A draft is not published{f.draftAt && <>, changed </>}
            {f.draftAt && <Time at={f.draftAt} />}
            {canWrite && (
              <button type="button" className="ml-2 underline hover:text-ink" onClick={() => setDropping(true)}>
                Drop the draft
              </button>
            )}
          </span>
        )}
        <span>{f.saveData ? "Keeps the data of its runs" : "Keeps no data of its runs"}</span>
      </div>
      {dropping && <DropDraft flow={f.id} onClose={() => setDropping(false)} />}
      {running && <RunNow flow={f} onClose={() => setRunning(false)} />}
    </>
  );
}

function Loading() {
  return (
    <Page>
      <div className="pt-6 pb-6">
        <SkeletonLines lines={3} />
      </div>
      <PictureSkeleton />
    </Page>
  );
}
