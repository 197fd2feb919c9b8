import { useNavigate } from "@tanstack/react-router";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
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
        <RunTable
          runs={a.runs}
          without={["by"]}
          onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
          empty={
            <Panel>
              <Empty
                title="No flow has run for this"
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
