import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { buttonClass } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Json } from "../../kit/Json.tsx";
import { Facts, Page, PageHeader, Section, Split } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { ActivityTable } from "../activity/ActivityTable.tsx";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { entityOf } from "../alerts/entity.ts";
import { AlertRows } from "../alerts/Related.tsx";
import { RunTable } from "../runs/RunTable.tsx";
import { useCan } from "../session/session.ts";
import { OutcomeTag } from "./EventTable.tsx";
import { quoted } from "./query.ts";
import { RelatedEvents } from "./Related.tsx";

type Detail = components["schemas"]["EventDetail"];

const route = getRouteApi("/inside/events/$uuid");

/** An event: who did what from where, and what came of it. */
export function EventPage() {
  const canRaw = useCan("events:raw");
  const { uuid } = route.useParams();
  const event = useQuery(read("/api/v1/events/{uuid}", { path: { uuid } }));
  const e = event.data;
  if (!e)
    return (
      <Unread
        query={event}
        what="event"
        above={
          <Link to="/events" className="hover:underline">
            Events
          </Link>
        }
      />
    );
  return (
    <Page>
      <PageHeader
        title={e.message || e.type}
        above={
          <Link to="/events" className="hover:underline">
            Events
          </Link>
        }
        mark={<Outcome event={e} />}
        lead={
          <>
            <code className="font-mono text-xs wrap-anywhere">{e.type}</code> <Time at={e.published} />
          </>
        }
        actions={
          e.url && (
            <a href={e.url} target="_blank" rel="noreferrer" className={buttonClass()}>
              <ExternalLink size={14} aria-hidden />
              Open in Okta
            </a>
          )
        }
      />
      <Split
        aside={
          <Section title="As it came">
            {canRaw ? (
              <Json value={e.raw} label="event" />
            ) : (
              <p className="text-sm text-muted">Your role does not allow to see events as they came.</p>
            )}
          </Section>
        }
      >
        <Facts items={factsOf(e)} />
        <Came event={e} />
        <RelatedEvents uuid={e.uuid} />
      </Split>
    </Page>
  );
}

/** The alerts that it is evidence of, the flows that it started, and what they did. */
function Came({ event: e }: { event: Detail }) {
  const navigate = route.useNavigate();
  const none = e.alerts.length + e.flowRuns.length + e.actions.length === 0;
  return (
    <Section title="What came of it">
      {none && (
        <div className="rounded-lg border bg-surface">
          <Empty title="Nothing came of this event">
            No rule that was on fired at it, and no flow that was on starts at this type.
          </Empty>
        </div>
      )}
      <div className="flex flex-col gap-3">
        {e.alerts.length > 0 && <AlertRows alerts={e.alerts} />}
        {e.flowRuns.length > 0 && (
          <RunTable
            runs={e.flowRuns}
            without={["by", "note"]}
            onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
            empty={null}
          />
        )}
        {e.actions.length > 0 && (
          <ActivityTable
            actions={e.actions}
            without={["by", "in", "why"]}
            onOpen={(a) => void navigate({ to: "/activity/$id", params: { id: a.id } })}
            empty={null}
          />
        )}
      </div>
    </Section>
  );
}

function Outcome({ event: e }: { event: Detail }) {
  return (
    <>
      <OutcomeTag event={e} />
      {(e.severity === "WARN" || e.severity === "ERROR") && (
        <Tag tone={e.severity === "ERROR" ? "bad" : "warn"}>{e.severity.toLowerCase()}</Tag>
      )}
    </>
  );
}

/** Whom an event names. */
function person(e: components["schemas"]["Entity"]): ReactNode {
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-x-2">
      <EntityChip entity={entityOf(e)} />
      {e.login && e.name && e.login !== e.name && <span className="text-muted">{e.name}</span>}
      <span className="text-xs text-faint">{e.type}</span>
    </span>
  );
}

function factsOf(e: Detail): [string, ReactNode][] {
  const place = [e.client.city, e.client.state, e.client.country].filter(Boolean).join(", ");
  const device = [e.client.browser, e.client.os, e.client.device].filter(Boolean).join(", ");
  const out: [string, ReactNode][] = [["Who", person(e.actor)]];
  if (e.targets.length > 0) {
    out.push([
      "To",
      <ul key="t">
        {e.targets.map((t) => (
          <li key={t.type + t.id}>{person(t)}</li>
        ))}
      </ul>,
    ]);
  }
  if (e.client.ip || place) out.push(["From", <From key="f" ip={e.client.ip} place={place} />]);
  if (device)
    out.push([
      "With",
      <span key="d" title={e.client.userAgent}>
        {device}
      </span>,
    ]);
  if (e.reason) out.push(["Reason", e.reason]);
  out.push([
    "Came by",
    e.source.name ? (
      <Link key="s" to="/sources/$id" params={{ id: e.source.id }} className="text-accent underline">
        {e.source.name}
      </Link>
    ) : (
      "a deleted source"
    ),
  ]);
  out.push(["Received", <Time key="r" at={e.receivedAt} />]);
  out.push([
    "Id",
    <span key="i" className="inline-flex items-center gap-1">
      <code className="font-mono text-xs wrap-anywhere">{e.uuid}</code>
      <Copy text={e.uuid} label="Copy the id" />
    </span>,
  ]);
  return out;
}

function From({ ip, place }: { ip?: string; place: string }) {
  return (
    <>
      {ip && (
        <Link
          to="/events"
          search={{ filter: `client.ipAddress eq ${quoted(ip)}`, range: "all" }}
          title={`All events from ${ip}`}
          className="text-accent underline"
        >
          {ip}
        </Link>
      )}
      {ip && place && ", "}
      {place}
    </>
  );
}
