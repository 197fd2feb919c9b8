import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Panel, Section, Split } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { ActionRows } from "../activity/ActionRows.tsx";
import { AlertTable } from "../alerts/AlertTable.tsx";
import { verdicts } from "../alerts/alert.ts";
import { AlertStateMark } from "../alerts/alertState.tsx";
import { SeverityMark } from "../alerts/severity.tsx";
import { Trail } from "../alerts/Trail.tsx";
import { alertsStale } from "../alerts/useAlertChange.ts";
import { RunTable } from "../runs/RunTable.tsx";
import { useCan } from "../session/session.ts";
import { CaseActions } from "./CaseActions.tsx";
import { CaseStory } from "./CaseStory.tsx";
import type { CaseDetail } from "./story.ts";

const route = getRouteApi("/inside/cases/$id");

/** A case: its alerts, the story they tell, and what was done about it. */
export function CasePage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const query = useQuery(read("/api/v1/cases/{id}", { path: { id } }));
  const c = query.data;
  const above = (
    <>
      <Link to="/cases" className="hover:underline">
        Cases
      </Link>
      {c && <span className="text-faint"> / {c.number}</span>}
    </>
  );
  if (!c) return <Unread query={query} what="case" above={above} />;
  return (
    <Page>
      <PageHeader
        title={c.title}
        above={above}
        mark={
          <>
            <SeverityMark severity={c.severity} strong />
            <AlertStateMark state={c.state} verdict={c.verdict} strong />
          </>
        }
        lead={
          <span className="flex flex-wrap gap-x-4">
            <span>{counted(c.alertList.length, "alert")}</span>
            <span>
              {c.createdBy?.name ? `${c.createdBy.name} made it ` : "Made "}
              <Time at={c.createdAt} />
            </span>
            <span>{c.assignee ? `${c.assignee.name || "Somebody who left"} has it` : "Nobody has it"}</span>
          </span>
        }
        actions={<CaseActions of={c} />}
      />
      <div className="mb-4 flex flex-col gap-2 empty:hidden">
        {c.mergedTo && (
          <Note title="It was merged into another case">
            <Link to="/cases/$id" params={{ id: c.mergedTo }} className="underline">
              Show that case
            </Link>
          </Note>
        )}
        {c.state === "closed" && c.verdict && !c.mergedTo && (
          <Note title={`Closed as ${verdicts[c.verdict].label.toLowerCase()}`}>{c.note}</Note>
        )}
      </div>
      <div className="mb-6">
        <CaseAlerts of={c} />
      </div>
      <Split
        aside={<Trail key={c.id} of={{ kind: "case", id: c.id }} entries={c.timeline.filter((e) => e.of === c.id)} />}
      >
        <CaseStory of={c} />
        <Section title="Responses">
          <RunTable
            runs={c.runs}
            without={["by"]}
            onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
            empty={
              <Panel>
                <Empty title="No flow has run for its alerts">Run one from the page of an alert.</Empty>
              </Panel>
            }
          />
        </Section>
        {c.actions.length > 0 && (
          <Section title="What they did">
            <ActionRows actions={c.actions} />
          </Section>
        )}
      </Split>
    </Page>
  );
}

function CaseAlerts({ of: c }: { of: CaseDetail }) {
  const can = useCan("alerts:write") && !c.mergedTo;
  const navigate = route.useNavigate();
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const out = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/cases/{id}/alerts", { path: { id: c.id }, body: { remove: [...selected] } }),
    onSuccess: () => {
      toast({ title: `${counted(selected.size, "alert")} taken out of the case` });
      setSelected(new Set());
      void alertsStale();
    },
    onError: () => toast({ tone: "bad", title: "Nothing was changed" }),
  });
  return (
    <Section
      title="Alerts"
      aside={
        can &&
        selected.size > 0 && (
          <>
            <span>{selected.size} selected</span>
            <Button size="sm" busy={out.isPending} onClick={() => out.mutate()}>
              Take out of the case
            </Button>
          </>
        )
      }
    >
      <AlertTable
        alerts={c.alertList}
        without={["events"]}
        selected={can ? selected : undefined}
        onSelect={can ? setSelected : undefined}
        onOpen={(a) => void navigate({ to: "/alerts/$id", params: { id: a.id } })}
        empty={
          <Panel>
            <Empty
              title="The case has no alerts"
              action={
                <Link to="/alerts" className={buttonClass()}>
                  Go to the alerts
                </Link>
              }
            >
              Select alerts there and press Case.
            </Empty>
          </Panel>
        }
      />
    </Section>
  );
}
