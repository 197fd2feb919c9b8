import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { KeyRound, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { keyOf, queryClient, read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { count, counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { HookFacts } from "./HookFacts.tsx";
import { howOf } from "./SourceList.tsx";
import { SourceStateMark } from "./sourceState.tsx";

type Source = components["schemas"]["Source"];

const route = getRouteApi("/inside/sources/$id");

/** A source of events: how it does, and what its hook is set up with. */
export function SourcePage() {
  const { id } = route.useParams();
  const source = useQuery(read("/api/v1/sources/{id}", { path: { id } }));
  const s = source.data;
  const above = (
    <Link to="/connections" search={{ tab: "sources" }} className="hover:underline">
      Event sources
    </Link>
  );
  if (!s) return <Unread query={source} what="source" above={above} narrow />;
  const h = s.health;
  return (
    <Page narrow>
      <PageHeader
        title={s.name}
        above={above}
        mark={<SourceStateMark health={h} />}
        lead={howOf(s)}
        actions={<Actions source={s} />}
      />
      <div className="flex flex-col gap-6">
        {h.error && (
          <Note
            tone="bad"
            title={h.failures > 1 ? `It fails: ${counted(h.failures, "attempt")} in a row` : "The last attempt failed"}
          >
            {h.error} {h.errorAt && <Time at={h.errorAt} />}
          </Note>
        )}
        {h.state === "waiting" && (
          <Note>
            Nothing was received yet. The first poll comes within seconds; a hook speaks when something happens.
          </Note>
        )}
        <Facts
          items={[
            ["Events", count(h.events)],
            ["Newest event", h.lastEventAt ? <Time key="e" at={h.lastEventAt} /> : "none yet"],
            ["Last poll", h.lastPollAt ? <Time key="p" at={h.lastPollAt} /> : s.poll ? "not yet" : "it does not poll"],
            ["Last hook", h.lastHookAt ? <Time key="h" at={h.lastHookAt} /> : s.hook ? "not yet" : "it takes none"],
            [
              "Connection",
              s.connection ? (
                <Link
                  key="c"
                  to="/connections/$id"
                  params={{ id: s.connection.id }}
                  className="text-accent hover:underline"
                >
                  {s.connection.name}
                </Link>
              ) : (
                "none"
              ),
            ],
          ]}
        />
        {s.hook && (
          <Section title="Event hook">
            <HookFacts hook={s.hook} />
          </Section>
        )}
      </div>
    </Page>
  );
}

function Actions({ source: s }: { source: Source }) {
  const can = useCan("sources:write");
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"secret" | "delete" | null>(null);
  const [hook, setHook] = useState<components["schemas"]["Hook"]>();
  const kept = (after: Source) => {
    queryClient.setQueryData(keyOf("/api/v1/sources/{id}", { path: { id: s.id } }), {
      ...after,
      hook: after.hook && { ...after.hook, secret: undefined },
    });
    void stale("/api/v1/sources", "/api/v1/overview");
  };
  const failed = (e: Error) => toast({ tone: "bad", title: "It was not done", detail: e.message });
  const pause = useMutation({
    mutationFn: () =>
      call("post", s.enabled ? "/api/v1/sources/{id}/pause" : "/api/v1/sources/{id}/resume", { path: { id: s.id } }),
    onSuccess: kept,
    onError: failed,
  });
  const renew = useMutation({
    mutationFn: () => call("post", "/api/v1/sources/{id}/secret", { path: { id: s.id } }),
    onSuccess: (after) => {
      setHook(after.hook);
      kept(after);
    },
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/sources/{id}", { path: { id: s.id } }),
    onSuccess: async () => {
      await navigate({ to: "/connections", search: { tab: "sources" } });
      void stale("/api/v1/sources", "/api/v1/overview");
      toast({ title: `${s.name} was deleted`, detail: "Its events stay." });
    },
    onError: failed,
  });
  if (!can) return null;
  return (
    <>
      <Button
        icon={s.enabled ? <Pause size={14} /> : <Play size={14} />}
        busy={pause.isPending}
        onClick={() => pause.mutate()}
      >
        {s.enabled ? "Pause" : "Resume"}
      </Button>
      {s.hook && (
        <Button icon={<KeyRound size={14} />} onClick={() => setAsking("secret")}>
          New secret
        </Button>
      )}
      <Button icon={<Trash2 size={14} />} aria-label="Delete the source" onClick={() => setAsking("delete")} />
      <Dialog
        open={asking === "secret"}
        onClose={() => setAsking(null)}
        title={hook ? "Enter this in Okta" : "Replace the hook's secret"}
        intro={
          hook
            ? "The secret is shown this once."
            : "Okta's deliveries are refused from that moment on, until the new secret is entered there. Polling goes on."
        }
        footer={
          hook ? (
            <Button look="primary" onClick={() => setAsking(null)}>
              I have entered it
            </Button>
          ) : (
            <>
              <Button onClick={() => setAsking(null)}>Keep the old one</Button>
              <Button look="primary" busy={renew.isPending} onClick={() => renew.mutate()}>
                Replace it
              </Button>
            </>
          )
        }
      >
        {hook && <HookFacts hook={hook} />}
      </Dialog>
      <Dialog
        open={asking === "delete"}
        onClose={() => setAsking(null)}
        title={`Delete ${s.name}`}
        footer={
          <>
            <Button onClick={() => setAsking(null)}>Keep it</Button>
            <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
              Delete the source
            </Button>
          </>
        }
      >
        <p>
          No more events come by it, so flows that start by them rest. The {counted(s.health.events, "event")} that came
          stay. To stop for a while, pause it instead.
        </p>
      </Dialog>
    </>
  );
}
