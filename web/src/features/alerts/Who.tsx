import { Copy } from "../../kit/Copy.tsx";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { type AlertDetail, entityName, kindWord } from "./alert.ts";
import { EntityLinks } from "./EntityChip.tsx";
import { Context } from "./who/Context.tsx";

/** Whom or what an alert is about. */
export function Who({ alert: a }: { alert: AlertDetail }) {
  const e = a.entity;
  return (
    <Section title={e.kind === "user" ? "Who" : "What it is about"}>
      <Panel className="flex flex-col gap-3 px-3.5 py-3">
        <div className="flex items-center justify-between gap-3">
          <div className="min-w-0">
            <div className="truncate font-medium">{e.name || entityName(e)}</div>
            <div className="truncate text-sm text-muted">{e.login !== e.name ? e.login : kindWord(e.kind)}</div>
          </div>
          <Risk now={a.riskNow} then={a.risk} />
        </div>
        <Facts
          className="text-sm"
          items={[
            ["Kind", kindWord(e.kind)],
            ...(e.id
              ? ([
                  [
                    "Id",
                    <span key="i" className="inline-flex items-center gap-1">
                      <code className="font-mono text-xs wrap-anywhere">{e.id}</code>
                      <Copy text={e.id} label="Copy the id" />
                    </span>,
                  ],
                ] as [string, React.ReactNode][])
              : []),
          ]}
        />
        <EntityLinks entity={e} className="flex flex-wrap gap-x-4 text-sm" />
        <Context alert={a.id} />
      </Panel>
    </Section>
  );
}

/** How much is at risk with somebody, of 100, now and when the alert came. */
function Risk({ now, then }: { now: number; then: number }) {
  return (
    <div className="shrink-0 text-right" title={`When the alert was hit last: ${then} of 100`}>
      <div className="flex items-baseline justify-end gap-1">
        <span className="text-lg font-semibold">{now}</span>
        <span className="text-sm text-muted">of 100</span>
      </div>
      <div className="text-xs text-faint">risk now, {then} then</div>
      <div className="mt-1 h-1 w-24 overflow-hidden rounded-full bg-line" aria-hidden>
        <div className="h-full bg-ink" style={{ width: `${Math.min(100, now)}%` }} />
      </div>
    </div>
  );
}
