import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { DeleteSource } from "./DeleteSource.tsx";
import { Health } from "./Health.tsx";
import { categoryOf, howOf } from "./methods.ts";
import { Prerequisites } from "./Prerequisites.tsx";
import { SourceSettings } from "./SourceSettings.tsx";
import { SourceStateMark } from "./sourceState.tsx";
import { TrialPanel } from "./TrialPanel.tsx";

type Detail = components["schemas"]["SourceDetail"];

const route = getRouteApi("/inside/sources/$id");

/** A source of events: how it does, what it is set up with, what its org lacks, and whether it works as a whole. */
export function SourcePage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const source = useQuery(read("/api/v1/sources/{id}", { path: { id } }));
  const s = source.data;
  const above = (
    <Link to="/sources" className="hover:underline">
      Alert sources
    </Link>
  );
  if (!s) return <Unread query={source} what="source" above={above} />;
  const tabs = [
    { id: "health", label: "Health", content: <Health source={s} /> },
    { id: "settings", label: "Settings", content: <SourceSettings source={s} /> },
  ];
  if (s.connection) {
    tabs.push({
      id: "prerequisites",
      label: s.failing > 0 ? `Prerequisites (${s.failing})` : "Prerequisites",
      content: (
        <div className="max-w-3xl">
          <Prerequisites id={s.id} />
        </div>
      ),
    });
    tabs.push({
      id: "confirm",
      label: "Confirm",
      content: (
        <div className="max-w-3xl">
          <TrialPanel id={s.id} kind={s.kind} />
        </div>
      ),
    });
  }
  return (
    <Page>
      <PageHeader
        title={s.name}
        above={above}
        mark={
          <>
            <SourceStateMark health={s.health} />
            <Tag>{categoryOf(s)}</Tag>
          </>
        }
        lead={s.connection ? `${howOf(s)}, through ${s.connection.name}` : howOf(s)}
        actions={<Actions source={s} />}
      />
      <Tabs
        label="Parts of the source"
        value={tabs.some((t) => t.id === tab) ? (tab ?? "health") : "health"}
        onChange={(t) => void navigate({ search: { tab: t === "health" ? undefined : t }, replace: true })}
        tabs={tabs}
      />
    </Page>
  );
}

function Actions({ source: s }: { source: Detail }) {
  const can = useCan("sources:write");
  const [deleting, setDeleting] = useState(false);
  const pause = useMutation({
    mutationFn: () =>
      call("post", s.enabled ? "/api/v1/sources/{id}/pause" : "/api/v1/sources/{id}/resume", { path: { id: s.id } }),
    onSuccess: () => void stale("/api/v1/sources", "/api/v1/sources/{id}", "/api/v1/overview"),
    onError: (e) => toast({ tone: "bad", title: "It was not done", detail: e.message }),
  });
  if (!can) return null;
  return (
    <>
      {(s.poll || s.hook || s.stream) && (
        <Button
          icon={s.enabled ? <Pause size={14} /> : <Play size={14} />}
          busy={pause.isPending}
          onClick={() => pause.mutate()}
        >
          {s.enabled ? "Pause" : "Resume"}
        </Button>
      )}
      <Button icon={<Trash2 size={14} />} aria-label="Delete the source" onClick={() => setDeleting(true)} />
      {deleting && <DeleteSource source={s} onClose={() => setDeleting(false)} />}
    </>
  );
}
