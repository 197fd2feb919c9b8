import { Link, useNavigate } from "@tanstack/react-router";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { counted } from "../../kit/time.ts";
import { ActionRows } from "../activity/ActionRows.tsx";
import { RunTable } from "../runs/RunTable.tsx";
import { useCan } from "../session/session.ts";
import type { AlertDetail } from "./alert.ts";

/** The runs that an alert started or that somebody started for it, and what they did. */
export function SetOff({ alert: a, onRespond }: { alert: AlertDetail; onRespond: () => void }) {
  const navigate = useNavigate();
  const can = useCan("responses:run");
  return (
    <>
      <Section title="Responses">
        <AnsweredEvents alert={a} />
        <RunTable
          runs={a.runs}
          without={["by"]}
          onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
          empty={
            <Panel>
              <Empty
                title="No flow has run for this alert"
                action={can && <Button onClick={onRespond}>Run a response</Button>}
              >
                Flows that start with alerts run by themselves; any other can be run from here.
              </Empty>
            </Panel>
          }
        />
      </Section>
      {a.actions.length > 0 && (
        <Section title="What they did">
          <ActionRows actions={a.actions} />
        </Section>
      )}
    </>
  );
}

/** Flows that its events started by themselves: whoever responds is not to do it twice. */
function AnsweredEvents({ alert: a }: { alert: AlertDetail }) {
  const answered = a.evidence.filter((e) => e.runs > 0);
  if (answered.length === 0) return null;
  const runs = answered.reduce((n, e) => n + e.runs, 0);
  return (
    <div className="mb-3">
      <Note title={`Its events started ${counted(runs, "run")} of flows by themselves`}>
        See what they did before you respond:{" "}
        {answered.slice(0, 3).map((e, i) => (
          <span key={e.uuid}>
            {i > 0 && ", "}
            <Link to="/events/$uuid" params={{ uuid: e.uuid }} className="text-accent hover:underline">
              {e.type}
            </Link>
          </span>
        ))}
        {answered.length > 3 && ` and ${answered.length - 3} more`}.
      </Note>
    </div>
  );
}
