import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Radio } from "lucide-react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { keyOf, queryClient, read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { span } from "../../kit/time.ts";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { entityOf } from "../alerts/entity.ts";
import { useCan } from "../session/session.ts";

type Trial = components["schemas"]["Trial"];
type Kind = components["schemas"]["SourceKind"];

/** The test of the whole: something that anybody can bring about, which has to arrive. */
export function TrialPanel({ id, kind }: { id: string; kind: Kind }) {
  const can = useCan("sources:write");
  // What arrives is told by the live stream; that is why nobody has to look here.
  const trial = useQuery({ ...read("/api/v1/sources/{id}/trial", { path: { id } }), staleTime: 0 });
  const begin = useMutation({
    mutationFn: () => call("post", "/api/v1/sources/{id}/trial", { path: { id } }),
    onSuccess: (t) => {
      queryClient.setQueryData(keyOf("/api/v1/sources/{id}/trial", { path: { id } }), t);
      void stale("/api/v1/sources", "/api/v1/sources/{id}");
    },
  });
  const t = trial.data;
  const button = can && t && (
    <Button
      look={t.state === "none" ? "primary" : "plain"}
      size="sm"
      busy={begin.isPending}
      onClick={() => begin.mutate()}
    >
      {t.state === "none" ? "Begin the test" : "Begin anew"}
    </Button>
  );
  return (
    <Section title="Confirm the integration" aside={button}>
      {trial.isError && (
        <Failed what="The test could not be read." error={trial.error} onRetry={() => void trial.refetch()} />
      )}
      {begin.isError && <Failed what="The test was not begun." error={begin.error} />}
      {trial.isPending && <SkeletonLines lines={5} />}
      {t && (
        <Panel className="px-4 py-3">
          {t.state === "confirmed" && t.event ? (
            <Arrived trial={t} event={t.event} what={kind === "auth0" ? "a failed login" : "a report"} />
          ) : (
            <>
              {kind === "auth0" ? <Auth0Steps /> : <OktaSteps />}
              {t.state === "waiting" && (
                <Waiting since={t.since} what={kind === "auth0" ? "a failed login" : "a report"} />
              )}
            </>
          )}
        </Panel>
      )}
    </Section>
  );
}

function Auth0Steps() {
  return (
    <>
      <p className="mb-2">One login with a wrong password goes the whole way: through the tenant's log, to here.</p>
      <ol className="flex list-decimal flex-col gap-1.5 pl-5 marker:text-muted">
        <li>Begin the test.</li>
        <li>
          At the login page of one of the tenant's applications, log in as somebody who has an account, with a password
          that is <strong className="font-medium">wrong</strong>.
        </li>
        <li>The entry appears here, within seconds by log stream, within a poll else.</li>
      </ol>
    </>
  );
}

function OktaSteps() {
  return (
    <>
      <p className="mb-2">
        One report of suspicious activity goes the whole way: from a mail of Okta's, through the System Log, to here.
      </p>
      <ol className="flex list-decimal flex-col gap-1.5 pl-5 marker:text-muted">
        <li>Begin the test.</li>
        <li>
          In Okta, as any person: <em className="not-italic text-ink">Settings</em>, then under{" "}
          <em className="not-italic text-ink">Security Methods</em> choose{" "}
          <strong className="font-medium">Remove</strong> or <strong className="font-medium">Set up another</strong>.
          Okta sends a mail about it.
        </li>
        <li>
          In that mail, follow <strong className="font-medium">Report Suspicious Activity</strong>.
        </li>
        <li>The event appears here, within seconds by hook, within a poll else.</li>
      </ol>
    </>
  );
}

function Waiting({ since, what }: { since?: string; what: string }) {
  return (
    <div role="status" className="mt-3 flex items-center gap-2 border-t pt-3">
      <Radio size={16} aria-hidden className="breathe text-accent" />
      <span>
        Waiting for {what}{" "}
        {since && (
          <>
            since <Time at={since} />
          </>
        )}
      </span>
    </div>
  );
}

function Arrived({ trial, event, what }: { trial: Trial; event: components["schemas"]["Event"]; what: string }) {
  return (
    <div role="status">
      <div className="mb-2 flex items-center gap-2 font-medium">
        <CircleCheck size={16} aria-hidden className="text-accent" />
        Confirmed: {what} came the whole way
      </div>
      <Facts
        items={[
          [
            "Event",
            <Link key="e" to="/events/$uuid" params={{ uuid: event.uuid }} className="text-accent hover:underline">
              {event.message || event.type}
            </Link>,
          ],
          ["Who", <EntityChip key="w" entity={entityOf(event.actor)} />],
          ["From", event.ip || "an address that was not told"],
          ["Came", <Time key="t" at={trial.at ?? event.receivedAt} />],
          ["On its way for", trial.lagMs ? span(trial.lagMs) : "less than a moment"],
          [
            "Alert",
            trial.alerts.length > 0 ? trial.alerts.map((a) => a.name).join(", ") : "none: no rule is on for it",
          ],
        ]}
      />
    </div>
  );
}
