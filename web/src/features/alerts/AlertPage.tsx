import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Json } from "../../kit/Json.tsx";
import { Page, PageHeader, Section, Split } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { AlertActions } from "./AlertActions.tsx";
import { AlertNotes } from "./AlertNotes.tsx";
import { type AlertDetail, entityName } from "./alert.ts";
import { AlertStateMark } from "./alertState.tsx";
import { Due } from "./Due.tsx";
import { EntityChip } from "./EntityChip.tsx";
import { Evidence } from "./Evidence.tsx";
import { Related } from "./Related.tsx";
import { Respond } from "./respond/Respond.tsx";
import { SetOff } from "./SetOff.tsx";
import { Steps } from "./Steps.tsx";
import { SeverityMark } from "./severity.tsx";
import { Trail } from "./Trail.tsx";
import { Who } from "./Who.tsx";
import { Why } from "./Why.tsx";

const route = getRouteApi("/inside/alerts/$id");

/** An alert: what it is, what can be done, why it fired, about whom, and all that was done. */
export function AlertPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const alert = useQuery(read("/api/v1/alerts/{id}", { path: { id } }));
  const a = alert.data;
  if (!a) return <Unread query={alert} what="alert" above={<Above />} />;
  const respond = (open: boolean, flow?: string) =>
    void navigate({ search: open ? { do: "respond", flow } : {}, replace: search.do === "respond" });
  return (
    <Page>
      <PageHeader
        title={a.title}
        above={<Above number={a.number} />}
        mark={
          <>
            <SeverityMark severity={a.severity} strong />
            <AlertStateMark state={a.state} verdict={a.verdict} strong />
          </>
        }
        lead={<Lead alert={a} />}
        actions={<AlertActions alert={a} onRespond={() => respond(true)} />}
      />
      <AlertNotes alert={a} />
      <Split
        aside={
          <div className="flex min-w-0 flex-col gap-6">
            <Who alert={a} />
            <Trail key={a.id} of={{ kind: "alert", id: a.id }} entries={a.timeline} />
            <Related alerts={a.related} />
            <Section title="As it is">
              <Json value={a} label="alert" depth={1} />
            </Section>
          </div>
        }
      >
        <Why alert={a} />
        <Steps alert={a} />
        <Evidence alert={a} />
        <SetOff alert={a} onRespond={() => respond(true)} />
      </Split>
      {search.do === "respond" && (
        <Respond alert={a} flow={search.flow} onChoose={(flow) => respond(true, flow)} onClose={() => respond(false)} />
      )}
    </Page>
  );
}

function Above({ number }: { number?: number }) {
  return (
    <>
      <Link to="/alerts" className="hover:underline">
        Alerts
      </Link>
      {number !== undefined && <span className="text-faint"> / {number}</span>}
    </>
  );
}

function Lead({ alert: a }: { alert: AlertDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <EntityChip entity={a.entity} named={a.entity.name !== entityName(a.entity)} />
      <span>
        {a.hits > 1 ? `${counted(a.hits, "hit")}, last ` : ""}
        <Time at={a.lastAt} />
      </span>
      <span>{a.assignee ? `${a.assignee.name || "Somebody who left"} has it` : "Nobody has it"}</span>
      {a.case && (
        <Link to="/cases/$id" params={{ id: a.case.id }} className="hover:underline">
          Case: {a.case.name}
        </Link>
      )}
      <Due alert={a} />
    </span>
  );
}
