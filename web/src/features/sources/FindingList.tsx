import { Ban, CircleCheck, CircleHelp, CircleX, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "../../api/schema.gen.ts";
import { State, type Tone } from "../../kit/State.tsx";

type Finding = components["schemas"]["Finding"];

const looks: Record<Finding["verdict"], { icon: LucideIcon; tone: Tone; label: string }> = {
  pass: { icon: CircleCheck, tone: "plain", label: "Met" },
  fail: { icon: CircleX, tone: "bad", label: "Not met" },
  refused: { icon: Ban, tone: "warn", label: "Refused" },
  cannot_tell: { icon: CircleHelp, tone: "warn", label: "Cannot tell" },
};

/** What was looked at in an Okta org, each with its verdict, why it matters, and what can be done. */
export function FindingList({
  findings,
  label,
  words,
  action,
}: {
  findings: Finding[];
  label: string;
  /** Other words for verdicts, where "met" is none. */
  words?: Partial<Record<Finding["verdict"], string>>;
  action?: (f: Finding) => ReactNode;
}) {
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-surface">
      {findings.map((f) => {
        const look = looks[f.verdict];
        return (
          <li key={f.id} className="flex items-start justify-between gap-x-4 px-3 py-2.5">
            <div className="min-w-0">
              <h3 className="font-medium">{f.title}</h3>
              <p className="text-sm wrap-anywhere">{f.said}</p>
              {f.advice && <p className="text-sm wrap-anywhere text-warn">{f.advice}</p>}
              <p className="text-sm text-muted">{f.why}</p>
              {f.where && f.verdict !== "pass" && (
                <p className="text-sm text-muted">
                  In the Admin Console: <span className="text-ink">{f.where}</span>
                </p>
              )}
            </div>
            <div className="flex shrink-0 flex-col items-end gap-2">
              <State icon={look.icon} tone={look.tone} label={words?.[f.verdict] ?? look.label} />
              {action?.(f)}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
