import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Panel, Section, Split } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Duration, Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { useTenantOf } from "../visibility/useTenantOf.ts";
import { CauseLink } from "./CauseLink.tsx";
import { Deeds } from "./Deeds.tsx";
import { moving, type RemedyDetail, tallyWords } from "./remedy.ts";
import { RemedyMark } from "./remedyMarks.tsx";
import { Steps } from "./Steps.tsx";

const route = getRouteApi("/inside/remedies/$id");

/** A plan: what it would do or did, call by call, and what can be done with it now. */
export function RemedyPage() {
  const { id } = route.useParams();
  const query = useQuery(read("/api/v1/remedies/{remedy}", { path: { remedy: id } }));
  const tenant = useTenantOf(query.data?.connection.id);
  const above = (
    <Link to="/remedies" className="hover:underline">
      Remedies
    </Link>
  );
  const r = query.data;
  if (!r) return <Unread query={query} what="plan" above={above} />;
  return (
    <Page>
      <PageHeader
        title={r.title}
        above={above}
        mark={<RemedyMark state={r.state} strong />}
        lead={`${counted(r.objects, "object")}, ${counted(r.steps.all, "step")}: ${tallyWords(r.steps)}.`}
        actions={<Deeds of={r} />}
      />
      <Split aside={<Aside of={r} tenant={tenant} />}>
        <Notes of={r} />
        <Section title={r.state === "draft" || r.state === "waiting" ? "What it will do" : "What it did"}>
          <div aria-live={moving(r.state) ? "polite" : undefined}>
            <Steps of={r} tenant={tenant} />
          </div>
        </Section>
      </Split>
    </Page>
  );
}

function Notes({ of: r }: { of: RemedyDetail }) {
  const open = r.state === "draft" || r.state === "waiting";
  return (
    <>
      {r.error && (
        <Note tone={r.state === "failed" ? "bad" : "warn"} title="Why it ended so">
          {r.error}
        </Note>
      )}
      {open && r.stop && (
        <Note tone="bad" title="It would be stopped before its first step">
          {r.stop}
        </Note>
      )}
      {open && r.missing.length > 0 && (
        <Note tone="warn" title="The connection lacks scopes">
          <span className="flex flex-wrap gap-1">
            {r.missing.map((s) => (
              <Tag key={s} tone="bad">
                {s}
              </Tag>
            ))}
          </span>
        </Note>
      )}
      {open && r.needs && !r.decision && (
        <Note tone="info" title="It wants the approval of somebody else">
          {r.needs}
        </Note>
      )}
      {r.state === "draft" && r.steps.planned === 0 && (
        <Note tone="info" title="There is nothing that it could do">
          Each step says why.
        </Note>
      )}
    </>
  );
}

function Aside({ of: r, tenant }: { of: RemedyDetail; tenant?: string }) {
  const items: [string, React.ReactNode][] = [
    ["Asked by", r.actor.name || r.actor.id],
    ["Made", <Time key="m" at={r.createdAt} />],
    ["Answers", <CauseLink key="c" cause={r.cause} tenant={tenant} />],
    ["Through", r.connection.name || r.connection.id],
    ["Changes", counted(r.targets, "thing")],
    ["If a step fails", r.goOn ? "it goes on" : "it stops there"],
  ];
  if (r.runAt) items.push(["Not before", <Time key="n" at={r.runAt} />]);
  if (r.state === "waiting" && r.expiresAt) items.push(["Waits until", <Time key="e" at={r.expiresAt} />]);
  if (r.startedAt) {
    items.push(["Began", <Time key="b" at={r.startedAt} />]);
    items.push(["Took", <Duration key="d" from={r.startedAt} to={r.endedAt} />]);
  }
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <Section title="The plan">
        <Panel className="px-3 py-2.5">
          <Facts items={items} />
        </Panel>
      </Section>
      {r.decision && (
        <Section title={r.decision.approved ? "Approved" : "Declined"}>
          <Panel className="px-3 py-2.5">
            <p>
              {r.decision.by.name || r.decision.by.id}, <Time at={r.decision.at} />
            </p>
            {r.decision.note && <p className="mt-1 text-muted wrap-anywhere">{r.decision.note}</p>}
          </Panel>
        </Section>
      )}
    </div>
  );
}
