import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Facts, Page, PageHeader, Panel, Section, Split } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { count, span } from "../../kit/time.ts";
import { AlertTable } from "../alerts/AlertTable.tsx";
import { SeverityMark } from "../alerts/severity.tsx";
import { Lines, References } from "../alerts/Why.tsx";
import { RuleSuppressions } from "../suppressions/RuleSuppressions.tsx";
import { AttackTags } from "./AttackTags.tsx";
import { Backtest } from "./Backtest.tsx";
import { RuleActions } from "./RuleActions.tsx";
import { Source } from "./Source.tsx";

type Detail = components["schemas"]["RuleDetail"];

const route = getRouteApi("/inside/rules/$id");

/** A rule: what it looks for and why, whether it is on, what it found, and its text. */
export function RulePage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const rule = useQuery(read("/api/v1/rules/{rule}", { path: { rule: id } }));
  const r = rule.data;
  const above = (
    <Link to="/rules" className="hover:underline">
      Rules
    </Link>
  );
  if (!r) return <Unread query={rule} what="rule" above={above} />;
  return (
    <Page>
      <PageHeader
        title={r.title}
        above={
          <>
            {above}
            <span className="text-faint"> / {r.own ? "own" : r.pack}</span>
          </>
        }
        mark={
          <>
            <SeverityMark severity={r.severity} strong />
            {r.status && <Tag>{r.status}</Tag>}
            {!r.enabled && <Tag tone="warn">off</Tag>}
          </>
        }
        lead={r.description}
        actions={<RuleActions rule={r} />}
      />
      <Split
        aside={
          <div className="flex min-w-0 flex-col gap-6">
            <Section title="Facts">
              <Facts items={factsOf(r)} />
            </Section>
            <Section title="Text" aside={<Copy shown text={r.text} label="Copy the text" />}>
              <Source text={r.text} label="Text of the rule" />
            </Section>
          </div>
        }
      >
        <Section title="Why it matters">
          <Panel className="flex flex-col gap-3 px-3.5 py-3">
            {r.why && <p className="max-w-[80ch] text-pretty">{r.why}</p>}
            <AttackTags tags={r.tags} />
            <Facts className="text-sm" items={textsOf(r)} />
          </Panel>
        </Section>
        <Section
          title="Recent alerts"
          aside={
            r.recent.length > 0 && (
              <Link to="/alerts" search={{ view: "all", rule: r.id }} className="text-accent hover:underline">
                Show all
              </Link>
            )
          }
        >
          <AlertTable
            alerts={r.recent}
            without={["severity", "due", "events", "assignee"]}
            onOpen={(a) => void navigate({ to: "/alerts/$id", params: { id: a.id } })}
            empty={
              <Panel>
                <Empty title="It has found nothing yet">
                  {r.enabled ? "Every event is held against it as it comes." : "It is off: nothing is held against it."}
                </Empty>
              </Panel>
            }
          />
        </Section>
        <Backtest of={{ rule: r.id }} />
        <RuleSuppressions rule={r} />
      </Split>
    </Page>
  );
}

function textsOf(r: Detail): [string, ReactNode][] {
  const out: [string, ReactNode][] = [];
  if (r.response.length > 0) {
    out.push([
      "What to do",
      <ol key="d" className="list-decimal pl-4">
        {r.response.map((t) => (
          <li key={t}>{t}</li>
        ))}
      </ol>,
    ]);
  }
  if (r.falsePositives.length > 0) out.push(["It may be harmless", <Lines key="f" of={r.falsePositives} />]);
  if (r.references.length > 0) out.push(["Read more", <References key="r" of={r.references} />]);
  return out;
}

const languages: Record<Detail["language"], string> = {
  sigma: "Sigma",
  okta_filter: "Okta filter",
  correlation: "Sigma correlation",
};

function factsOf(r: Detail): [string, ReactNode][] {
  const out: [string, ReactNode][] = [
    ["Last 7 days", `${count(r.week.alerts)} alerts, ${count(r.week.hits)} hits`],
    ["Last 30 days", `${count(r.month.alerts)} alerts, ${count(r.month.hits)} hits`],
    ["Alerts are about", r.entity],
    ["One alert within", span(r.window * 1000)],
    ["Alert type", r.type.replaceAll("_", " ")],
    ["Language", languages[r.language]],
  ];
  if (r.author) out.push(["Author", [r.author, r.license].filter(Boolean).join(", ")]);
  if (r.changed && r.changedAt) {
    out.push([
      "Changed here",
      <span key="c">
        {r.changedBy?.name} <Time at={r.changedAt} />
      </span>,
    ]);
  }
  out.push([
    "Id",
    <span key="i" className="inline-flex items-center gap-1">
      <code className="font-mono text-xs wrap-anywhere">{r.id}</code>
      <Copy text={r.id} label="Copy the id" />
    </span>,
  ]);
  return out;
}
