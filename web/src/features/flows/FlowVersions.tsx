import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { Diff } from "./Diff.tsx";

type Version = components["schemas"]["FlowVersion"];
type Detail = components["schemas"]["FlowDetail"];

/** The published versions of a flow: what each changed, and the way back to it. */
export function FlowVersions({ flow }: { flow: Detail }) {
  const versions = useQuery(read("/api/v1/flows/{id}/versions", { path: { id: flow.id } }));
  const [shown, setShown] = useState<Version>();
  if (versions.isError)
    return (
      <Failed what="The versions could not be read." error={versions.error} onRetry={() => void versions.refetch()} />
    );
  return (
    <>
      <DataTable<Version>
        label="Versions"
        rows={versions.data}
        rowKey={(v) => String(v.version)}
        rowName={(v) => `version ${v.version}`}
        onOpen={setShown}
        empty={<Empty title="Nothing was published yet">The flow is only a draft.</Empty>}
        columns={[
          {
            id: "version",
            title: "Version",
            width: "190px",
            phone: "title",
            cell: (v) => (
              <span className="inline-flex items-center gap-2">
                <Link
                  to="/flows/$id"
                  params={{ id: flow.id }}
                  search={{ version: String(v.version) }}
                  className="font-medium hover:underline"
                >
                  Version {v.version}
                </Link>
                {v.version === flow.version && <Tag>published</Tag>}
              </span>
            ),
          },
          { id: "note", title: "What changed", cell: (v) => v.note || <span className="text-faint">No note</span> },
          {
            id: "by",
            title: "By",
            width: "22%",
            cell: (v) => <span className="text-muted">{v.author.name || "unknown"}</span>,
          },
          { id: "at", title: "When", width: "160px", phone: "aside", cell: (v) => <Time at={v.createdAt} /> },
          {
            id: "diff",
            title: "",
            width: "112px",
            right: true,
            cell: (v) => (
              <Button size="sm" onClick={() => setShown(v)} aria-label={`Changes of version ${v.version}`}>
                Changes
              </Button>
            ),
          },
        ]}
      />
      {shown && <VersionDialog flow={flow} version={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

/** What a version changed, how it differs from the published one, and the way back to it. */
function VersionDialog({ flow, version: v, onClose }: { flow: Detail; version: Version; onClose: () => void }) {
  const can = useCan("flows:write");
  const navigate = useNavigate();
  const now = v.version === flow.version;
  const yaml = (version: number) => read("/api/v1/flows/{id}", { path: { id: flow.id }, query: { version } });
  const own = useQuery(yaml(v.version));
  const before = useQuery({ ...yaml(v.version - 1), enabled: v.version > 1 });
  const published = useQuery({ ...yaml(flow.version), enabled: !now });
  const toDraft = async () => {
    const { edition } = await call("get", "/api/v1/flows/{id}", { path: { id: flow.id } });
    await call("put", "/api/v1/flows/{id}/draft", {
      path: { id: flow.id },
      body: { yaml: own.data?.yaml ?? "", edition },
    });
  };
  const changed = () => stale("/api/v1/flows", "/api/v1/flows/{id}", "/api/v1/flows/{id}/versions");
  const back = useMutation({
    mutationFn: async () => {
      await toDraft();
      return call("post", "/api/v1/flows/{id}/publish", {
        path: { id: flow.id },
        body: { note: `Back to version ${v.version}` },
      });
    },
    onSuccess: (after) => {
      void changed();
      toast({ title: `Version ${after.version} is published`, detail: `It is what version ${v.version} was.` });
      onClose();
    },
  });
  const edit = useMutation({
    mutationFn: toDraft,
    onSuccess: () => {
      void changed();
      void navigate({ to: "/flows/$id/edit", params: { id: flow.id } });
    },
  });
  const waiting = !own.data || (v.version > 1 && !before.data) || (!now && !published.data);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Version ${v.version}`}
      intro={v.note || "No note"}
      footer={
        can &&
        !now && (
          <>
            <Button busy={edit.isPending} disabled={!own.data} onClick={() => edit.mutate()}>
              Edit it as the draft
            </Button>
            <Button look="primary" busy={back.isPending} disabled={!own.data} onClick={() => back.mutate()}>
              Go back to it
            </Button>
          </>
        )
      }
    >
      {own.isError && <Failed what="The version could not be read." error={own.error} />}
      {(back.isError || edit.isError) && <Failed what="Nothing was changed." error={back.error ?? edit.error} />}
      {waiting ? (
        <SkeletonLines lines={8} />
      ) : (
        <div className="flex flex-col gap-4">
          {flow.draft && !now && can && (
            <Note tone="warn">The flow has a draft that is not published. Going back takes its place.</Note>
          )}
          <section aria-label="What it changed">
            <h3 className="mb-1.5 text-sm font-medium">What it changed</h3>
            <Diff before={before.data?.yaml ?? ""} after={own.data?.yaml ?? ""} label="What it changed" />
          </section>
          {!now && (
            <section aria-label="What going back would change">
              <h3 className="mb-1.5 text-sm font-medium">What going back would change</h3>
              <Diff before={published.data?.yaml ?? ""} after={own.data?.yaml ?? ""} label="From now to then" />
            </section>
          )}
        </div>
      )}
    </Dialog>
  );
}
