import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { queryClient, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Facts, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { State } from "../../kit/State.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { HookDialog } from "./HookDialog.tsx";
import { HookFacts, SetUp } from "./HookFacts.tsx";
import { RemoveHook } from "./RemoveHook.tsx";

type Source = components["schemas"]["Source"];
type HookState = components["schemas"]["HookState"];

// Each reading asks Okta, so it is not read again with every event that comes.
const keyOfHook = (id: string) => ["okta-hook", id];

/** A source's event hook as it is in Okta, and as it should be; of an Auth0 tenant, what its log stream is set up with. */
export function HookPanel({ source, secret }: { source: Source; secret?: string }) {
  if (source.kind === "auth0" && source.hook) return <WebhookPanel hook={source.hook} secret={secret} />;
  return <OktaHook source={source} secret={secret} />;
}

function WebhookPanel({ hook, secret }: { hook: components["schemas"]["Hook"]; secret?: string }) {
  const rows: [string, string][] = [
    ["Payload URL", hook.url],
    ["Content type", "application/json"],
    ["Content format", "JSON Lines"],
  ];
  if (secret) rows.push(["Authorization token", secret]);
  return (
    <Section title="Log stream">
      <div className="flex flex-col gap-2">
        <SetUp rows={rows} />
        <p className="text-sm text-muted">
          In Auth0: Monitoring, Streams, Create Stream, Custom Webhook.{" "}
          {secret
            ? "The token is shown this once."
            : "The token was shown once, when it was made. A new one can be made under Rotate."}{" "}
          The other formats are taken, too. Choose no categories, and everything is sent.
        </p>
      </div>
    </Section>
  );
}

function OktaHook({ source: s, secret }: { source: Source; secret?: string }) {
  const can = useCan("sources:write");
  const [asking, setAsking] = useState<"register" | "remove">();
  const hook = useQuery({
    queryKey: keyOfHook(s.id),
    queryFn: ({ signal }) => call("get", "/api/v1/sources/{id}/hook", { path: { id: s.id }, signal }),
    staleTime: 60_000,
  });
  const keep = (h: HookState) => {
    queryClient.setQueryData(keyOfHook(s.id), h);
    void stale("/api/v1/sources", "/api/v1/sources/{id}");
  };
  const h = hook.data;
  const byHand = s.hook && (
    <details open={!s.connection || secret !== undefined || undefined}>
      <summary className="cursor-pointer text-sm text-muted hover:text-ink">Set it up in Okta by hand</summary>
      <div className="mt-2 flex flex-col gap-2">
        <p className="text-sm text-muted">
          Workflow, Event Hooks, Create Event Hook. A secret is shown once, when it is made.
        </p>
        <HookFacts hook={{ ...s.hook, secret }} />
      </div>
    </details>
  );
  return (
    <Section
      title="Event hook"
      aside={
        can && s.connection && h ? (
          <>
            {h.registered && s.hook?.id && (
              <Button size="sm" onClick={() => setAsking("remove")}>
                Remove in Okta
              </Button>
            )}
            <Button size="sm" look={h.upToDate ? "plain" : "primary"} onClick={() => setAsking("register")}>
              {h.registered ? (h.upToDate ? "Event types" : "Update") : "Register it in Okta"}
            </Button>
          </>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-3">
        {s.connection && hook.isPending && <SkeletonLines lines={3} />}
        {hook.isError && (
          <Failed
            what="The hook could not be looked up in Okta."
            error={hook.error}
            onRetry={() => void hook.refetch()}
            retrying={hook.isRefetching}
          />
        )}
        {h && s.connection && (
          <div className="rounded-lg border bg-surface px-3 py-2.5">
            <div className="mb-1.5">{stateOf(h)}</div>
            <Facts
              items={[
                ["Sends", h.registered ? counted(h.types.length, "event type") : "nothing"],
                [
                  "Should send",
                  `${counted(h.wanted.length, "event type")}, ${h.chosen ? "chosen by hand" : "those that flows and rules want"}`,
                ],
                ...(h.logOnly.length > 0
                  ? ([["By polling alone", <LogOnly key="l" types={h.logOnly} />]] as [string, React.ReactNode][])
                  : []),
              ]}
            />
          </div>
        )}
        {byHand}
      </div>
      {asking === "register" && h && (
        <HookDialog source={s} hook={h} onKept={keep} onClose={() => setAsking(undefined)} />
      )}
      {asking === "remove" && <RemoveHook source={s} onKept={keep} onClose={() => setAsking(undefined)} />}
    </Section>
  );
}

/** The types that Okta sends by no hook. */
function LogOnly({ types }: { types: string[] }) {
  return (
    <details>
      <summary className="cursor-pointer">{counted(types.length, "event type")}, which Okta sends by no hook</summary>
      <ul className="mt-1 columns-2 gap-x-6 font-mono text-xs text-muted max-sm:columns-1">
        {types.map((t) => (
          <li key={t} className="break-inside-avoid py-0.5 wrap-anywhere">
            {t}
          </li>
        ))}
      </ul>
    </details>
  );
}

function stateOf(h: HookState) {
  if (!h.registered) return <State icon={CircleDashed} tone="quiet" label="Okta has no hook that posts here" />;
  if (h.upToDate) return <State icon={CircleCheck} label="Registered, verified, up to date" />;
  if (h.verification !== "VERIFIED")
    return <State icon={CircleX} tone="bad" label="Not verified: Okta sends nothing" />;
  if (h.status !== "ACTIVE") return <State icon={CircleX} tone="bad" label="Switched off in Okta" />;
  return <State icon={CircleDashed} tone="warn" label="It sends other types than it should" />;
}
