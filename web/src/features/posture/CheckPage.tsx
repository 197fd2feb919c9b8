import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Panel, Section, Split } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { EvidenceTable } from "./EvidenceTable.tsx";
import { ExceptDialog } from "./ExceptDialog.tsx";
import { Exceptions } from "./Exceptions.tsx";
import { HowToFix } from "./HowToFix.tsx";
import { VerdictMark, WeightMark } from "./marks.tsx";
import { type CheckDetail, categoryWords, isProfile, profileWords } from "./posture.ts";

const route = getRouteApi("/inside/posture/$id/$check");

/** A check: whether it holds, what that rests on, why it is wanted, and how to put it right. */
export function CheckPage() {
  const { id, check } = route.useParams();
  const { profile } = route.useSearch();
  const query = useQuery(
    read("/api/v1/tenants/{id}/posture/checks/{check}", {
      path: { id, check },
      query: { profile: isProfile(profile) ? profile : undefined },
    }),
  );
  const above = (
    <Link to="/posture" search={{ tenant: id, profile }} className="hover:underline">
      Checks
    </Link>
  );
  const c = query.data;
  if (!c) return <Unread query={query} what="check" above={above} />;
  return (
    <Page>
      <PageHeader
        title={c.title}
        above={above}
        mark={
          <>
            {c.at && <VerdictMark verdict={c.verdict} strong />}
            <WeightMark severity={c.severity} />
            <Tag>{c.id}</Tag>
          </>
        }
        lead={<span className="wrap-anywhere">{c.said}</span>}
      />
      <Split aside={<Aside tenant={id} check={c} />}>
        <Notes check={c} />
        <Section title="What it rests on" aside={c.looked > 0 && `${counted(c.looked, "object")} looked at`}>
          <EvidenceTable tenant={id} check={c} />
        </Section>
      </Split>
    </Page>
  );
}

function Notes({ check: c }: { check: CheckDetail }) {
  return (
    <>
      {c.missing.length > 0 && (
        <Note tone="warn" title="Not all that it needs could be seen">
          {c.missing.join("; ")}
        </Note>
      )}
      {c.lapsed.length > 0 && (
        <Note tone="warn" title={`${counted(c.lapsed.length, "exception")} held until its time was over`}>
          {c.lapsed.map((l) => `${l.object || "all"}: ${l.reason}`).join("; ")}
        </Note>
      )}
    </>
  );
}

function Aside({ tenant, check: c }: { tenant: string; check: CheckDetail }) {
  const can = useCan("posture:write");
  const [asked, setAsked] = useState(false);
  const names = new Map(c.evidence.map((e) => [e.object.key, e.object.name || e.object.key]));
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <Section title="Why">
        <Panel className="flex flex-col gap-2.5 px-3 py-2.5">
          <p className="text-pretty">{c.check.why}</p>
          <Facts
            items={[
              ["Wanted by", <Lines key="s" of={c.check.sources} />],
              ["Profiles", c.check.profiles.map(profileWords).join(", ")],
              ["Category", categoryWords(c.category)],
              ["Judged", c.at ? <Time key="t" at={c.at} /> : "not yet"],
              ["Seen", c.freshAt ? <Time key="f" at={c.freshAt} /> : "never"],
            ]}
          />
        </Panel>
      </Section>
      <HowToFix fix={c.check.fix} />
      <Exceptions
        tenant={tenant}
        list={c.exceptions}
        named={(key) => names.get(key) ?? key}
        action={
          can && (
            <Button size="sm" icon={<ShieldCheck size={14} />} onClick={() => setAsked(true)}>
              Accept all
            </Button>
          )
        }
      />
      {asked && <ExceptDialog tenant={tenant} check={c} onClose={() => setAsked(false)} />}
    </div>
  );
}

function Lines({ of }: { of: string[] }) {
  return (
    <ul>
      {of.map((s) => (
        <li key={s}>{s}</li>
      ))}
    </ul>
  );
}
