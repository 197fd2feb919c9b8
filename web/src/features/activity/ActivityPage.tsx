import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Json } from "../../kit/Json.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Section, Split } from "../../kit/Page.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import { ActionStateMark } from "./actionState.tsx";
import { EffectTag } from "./effects.tsx";
import { TargetChip } from "./TargetChip.tsx";
import { UndoButton } from "./UndoButton.tsx";

type Detail = components["schemas"]["ActionDetail"];

const route = getRouteApi("/inside/activity/$id");

/** One entry of the ledger: what was asked of whom, why, and the way back. */
export function ActivityPage() {
  const { id } = route.useParams();
  const action = useQuery(read("/api/v1/actions/{id}", { path: { id } }));
  const a = action.data;
  const above = (
    <Link to="/activity" className="hover:underline">
      Actions
    </Link>
  );
  if (!a) return <Unread query={action} what="action" above={above} />;
  return (
    <Page>
      <PageHeader
        title={a.cause === "undo" ? `Undo: ${a.title}` : a.title}
        above={above}
        mark={
          <>
            <ActionStateMark state={a.state} undone={a.undoneBy !== undefined} />
            <EffectTag effect={a.effect} />
          </>
        }
        actions={<UndoButton action={a} size="md" />}
      />
      <Split
        aside={
          <Section title="Raw">
            <Json value={a} label="action" depth={1} />
          </Section>
        }
      >
        <Notes action={a} />
        <Facts items={factsOf(a)} />
        <Section title="What was sent">
          <div className="mb-2 font-mono text-xs wrap-anywhere">
            <strong>{a.request.method}</strong> {a.request.url}
            {a.status !== undefined && <span className="text-muted">{` → ${a.status}`}</span>}
          </div>
          {a.request.header && <Json value={a.request.header} label="headers" depth={1} className="mb-2" />}
          {a.request.body !== undefined && a.request.body !== null && <Json value={a.request.body} label="body" />}
        </Section>
        <WayBack action={a} />
      </Split>
    </Page>
  );
}

function Notes({ action: a }: { action: Detail }) {
  return (
    <div className="flex flex-col gap-2 empty:hidden">
      {a.state === "refused" && (
        <Note tone="warn" title="The guard refused it">
          {a.reason}. It was not sent.{" "}
          <Link to="/settings/guard" className="underline">
            Guard policy
          </Link>
        </Note>
      )}
      {a.state === "failed" && (
        <Note tone="bad" title="It was not done">
          {a.error}
        </Note>
      )}
      {a.state === "unknown" && (
        <Note tone="warn" title="Nobody knows whether it happened">
          It was asked for, and no answer came that says. Look in the tenant before anything is done again. {a.error}
        </Note>
      )}
      {a.undoneBy && (
        <Note title="It was undone">
          <Link to="/activity/$id" params={{ id: a.undoneBy }} className="underline">
            Show the reversal
          </Link>
        </Note>
      )}
      {a.undoOf && (
        <Note title="This undid another action">
          <Link to="/activity/$id" params={{ id: a.undoOf }} className="underline">
            Show the action
          </Link>
        </Note>
      )}
    </div>
  );
}

/** What would reverse it; or that nothing does, so that nobody looks for the button. */
function WayBack({ action: a }: { action: Detail }) {
  if (a.effect === "read" || a.state === "refused") return null;
  return (
    <Section title="The way back">
      {a.whyNotUndo && <p className="text-muted">This cannot be undone: {a.whyNotUndo}.</p>}
      {a.canUndo && a.undo && (
        <>
          <p className="mb-2 text-muted">{a.undo.title}</p>
          {a.undo.inputs && <Json value={a.undo.inputs} label="inputs of the reversal" />}
        </>
      )}
    </Section>
  );
}

function factsOf(a: Detail): [string, ReactNode][] {
  const out: [string, ReactNode][] = [
    ["To", <TargetChip key="t" target={a.target} />],
    [
      "In",
      a.connection.id ? (
        <Link key="c" to="/connections/$id" params={{ id: a.connection.id }} className="hover:underline">
          {a.connection.name || a.connector.name}
        </Link>
      ) : (
        a.connector.name
      ),
    ],
  ];
  if (a.flow) {
    out.push([
      "Flow",
      <Link key="f" to="/flows/$id" params={{ id: a.flow.id }} className="hover:underline">
        {a.flow.name || "A deleted flow"}
      </Link>,
    ]);
  }
  if (a.run) {
    out.push([
      "Run",
      <Link
        key="r"
        to="/runs/$id"
        params={{ id: a.run }}
        search={{ step: a.stepPath }}
        className="text-accent hover:underline"
      >
        Show the run at this card
      </Link>,
    ]);
  }
  if (a.event) {
    out.push([
      "Event",
      <Link key="e" to="/events/$uuid" params={{ uuid: a.event }} className="text-accent hover:underline">
        Show what led to it
      </Link>,
    ]);
  }
  if (a.actor.kind === "account") out.push(["By", a.actor.name || "somebody who left"]);
  out.push(["Started", <Time key="b" at={a.startedAt} />]);
  if (a.endedAt) out.push(["Took", <Duration key="d" from={a.startedAt} to={a.endedAt} />]);
  if (a.attempt > 1) out.push(["Attempts", a.attempt]);
  return out;
}
