import { Checkbox } from "../../kit/Checkbox.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import type { AlertDetail } from "./alert.ts";
import { stepComment, stepsDone } from "./steps.ts";
import { useAlertChange } from "./useAlertChange.ts";

/** What the rule says to do, to be ticked off by all who work on the alert. */
export function Steps({ alert: a }: { alert: AlertDetail }) {
  const steps = a.ruleDetail?.response ?? [];
  const done = stepsDone(a.timeline);
  const can = useCan("alerts:write");
  const change = useAlertChange([a.id]);
  if (steps.length === 0) return null;
  return (
    <Section title="What to do" aside={`${steps.filter((s) => done.has(s)).length} of ${steps.length} done`}>
      <Panel>
        <ol className="divide-y">
          {steps.map((s) => {
            const by = done.get(s);
            return (
              <li key={s} className="flex flex-wrap items-start justify-between gap-x-4 px-3.5 py-1">
                <div className="min-w-0 flex-1 basis-64">
                  <Checkbox
                    shown
                    label={s}
                    checked={by !== undefined}
                    disabled={!can || change.isPending}
                    onChange={(on) => change.mutate({ change: { comment: stepComment(s, on) }, said: "" })}
                  />
                </div>
                {by && (
                  <span className="py-1 text-sm text-muted">
                    {by.by?.name} <Time at={by.at} />
                  </span>
                )}
              </li>
            );
          })}
        </ol>
      </Panel>
    </Section>
  );
}
