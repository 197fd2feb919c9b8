import { Link } from "@tanstack/react-router";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { AttackTags } from "../rules/AttackTags.tsx";
import type { AlertDetail } from "./alert.ts";

/** Why an alert is there: what its rule looks for, and why that matters. */
export function Why({ alert: a }: { alert: AlertDetail }) {
  const r = a.ruleDetail;
  return (
    <Section
      title="Why it fired"
      aside={
        <Link to="/rules/$id" params={{ id: a.rule.id }} className="text-accent hover:underline">
          {a.rule.name === a.title ? "Show the rule" : a.rule.name}
        </Link>
      }
    >
      <Panel className="flex flex-col gap-3 px-3.5 py-3">
        {r?.description && <p className="max-w-[80ch] text-pretty">{r.description}</p>}
        {r?.why && <p className="max-w-[80ch] text-pretty text-muted">{r.why}</p>}
        <AttackTags tags={a.tags} />
        {r && (r.falsePositives.length > 0 || r.references.length > 0) && (
          <Facts
            className="text-sm"
            items={[
              ...(r.falsePositives.length > 0
                ? ([["It may be harmless", <Lines key="f" of={r.falsePositives} />]] as [string, React.ReactNode][])
                : []),
              ...(r.references.length > 0
                ? ([["Read more", <References key="r" of={r.references} />]] as [string, React.ReactNode][])
                : []),
            ]}
          />
        )}
        {r?.author && (
          <p className="text-xs text-faint">
            Rule by {r.author}
            {r.license && `, ${r.license}`}
          </p>
        )}
      </Panel>
    </Section>
  );
}

/** Texts one below the other. */
export function Lines({ of }: { of: string[] }) {
  return (
    <ul className="flex flex-col gap-0.5">
      {of.map((t) => (
        <li key={t}>{t}</li>
      ))}
    </ul>
  );
}

/** Pages elsewhere. Only what is a web address becomes a link. */
export function References({ of }: { of: string[] }) {
  return (
    <ul className="flex flex-col gap-0.5">
      {of.map((t) => (
        <li key={t} className="wrap-anywhere">
          {/^https?:\/\//.test(t) ? (
            <a href={t} target="_blank" rel="noreferrer noopener" className="text-accent hover:underline">
              {t.replace(/^https?:\/\//, "")}
            </a>
          ) : (
            t
          )}
        </li>
      ))}
    </ul>
  );
}
