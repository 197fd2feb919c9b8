import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Facts, Page, PageHeader, Panel, Section, Split } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { WhatCanBeDone } from "../remedies/WhatCanBeDone.tsx";
import { useCan } from "../session/session.ts";
import { ExceptDialog } from "./ExceptDialog.tsx";
import { Exceptions } from "./Exceptions.tsx";
import { HowToFix } from "./HowToFix.tsx";
import { FindingMark, WeightMark } from "./marks.tsx";
import { ObjectLink } from "./ObjectLink.tsx";

const route = getRouteApi("/inside/findings/$id/$finding");

/** Something that a check found: what it is, why it matters, what became of it, and what can be done. */
export function FindingPage() {
  const { id, finding } = route.useParams();
  const can = useCan("posture:write");
  const [asked, setAsked] = useState(false);
  const query = useQuery(read("/api/v1/tenants/{id}/findings/{finding}", { path: { id, finding } }));
  const exceptions = useQuery(read("/api/v1/tenants/{id}/exceptions", { path: { id } }));
  const above = (
    <Link to="/findings" search={{ tenant: id }} className="hover:underline">
      Findings
    </Link>
  );
  const f = query.data;
  if (!f) return <Unread query={query} what="finding" above={above} />;
  const name = f.object.name || f.object.key;
  const covering = exceptions.data?.filter(
    (x) => x.check === f.check.id && (x.object === "" || x.object === f.object.key),
  );
  return (
    <Page>
      <PageHeader
        title={f.said || f.check.name}
        above={above}
        mark={
          <>
            <FindingMark state={f.state} strong />
            <WeightMark severity={f.severity} />
          </>
        }
        actions={
          can &&
          f.state === "open" && (
            <Button icon={<ShieldCheck size={15} />} onClick={() => setAsked(true)}>
              Accept
            </Button>
          )
        }
      />
      <Split
        aside={
          <div className="flex min-w-0 flex-col gap-6">
            <HowToFix fix={f.fix} />
            {covering && <Exceptions tenant={id} list={covering} named={(k) => (k === f.object.key ? name : k)} />}
          </div>
        }
      >
        <Section title="What it is">
          <Panel className="flex flex-col gap-2.5 px-3 py-2.5">
            <p className="text-pretty">{f.why}</p>
            <Facts
              items={[
                ["About", <ObjectLink key="o" tenant={id} of={f.object} />],
                [
                  "Check",
                  <Link
                    key="c"
                    to="/posture/$id/$check"
                    params={{ id, check: f.check.id }}
                    className="underline decoration-line hover:decoration-current"
                  >
                    {f.check.name || f.check.id}
                  </Link>,
                ],
                ["Open since", <Time key="t" at={f.openedAt} />],
                ["Last looked at", <Time key="s" at={f.seenAt} />],
                ["Opened", f.times === 1 ? "once" : `${f.times} times`],
              ]}
            />
          </Panel>
        </Section>
        <WhatCanBeDone
          tenant={id}
          finding={{
            id: f.id,
            check: f.check.id,
            open: f.state === "open",
            seenAt: f.seenAt,
            subject: { kind: f.object.kind, id: f.object.id || "org", part: f.object.part, name },
          }}
        />
        <Section title="What became of it">
          <ol className="divide-y rounded-lg border bg-surface">
            {f.changes.map((c) => (
              <li key={`${c.at} ${c.state}`} className="flex min-h-9 items-center justify-between gap-3 px-3 py-1">
                <FindingMark state={c.state} />
                <span className="text-sm text-muted">
                  <Time at={c.at} />
                </span>
              </li>
            ))}
          </ol>
        </Section>
      </Split>
      {asked && (
        <ExceptDialog
          tenant={id}
          check={{ id: f.check.id, title: f.check.name || f.check.id }}
          object={{ key: f.object.key, name }}
          onClose={() => setAsked(false)}
        />
      )}
    </Page>
  );
}
