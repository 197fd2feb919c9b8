import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { Panel, Section } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { counted } from "../../../kit/time.ts";
import { type Check, countsOf, type Part } from "./findings.ts";

type Go = (part: Part, line: number) => void;

/** What is wrong with the texts, and which cases hold; each leads to its line. */
export function CheckPanel({ check, onGo }: { check: Check | undefined; onGo: Go }) {
  if (!check) return <SkeletonLines lines={6} />;
  const n = countsOf(check);
  return (
    <div className="flex flex-col gap-6">
      <Section
        title="Problems"
        aside={[n.errors > 0 && counted(n.errors, "error"), n.warnings > 0 && counted(n.warnings, "warning")]
          .filter(Boolean)
          .join(", ")}
      >
        <Problems check={check} onGo={onGo} />
      </Section>
      <Section
        title="Cases"
        aside={check.cases.length > 0 && `${n.holding} of ${check.cases.length} as they should be`}
      >
        <Cases check={check} onGo={onGo} />
      </Section>
    </div>
  );
}

const row =
  "flex w-full items-start gap-2.5 px-3 py-2 text-left hover:bg-hover focus-visible:-outline-offset-2 pointer-coarse:min-h-11";

function Problems({ check, onGo }: { check: Check; onGo: Go }) {
  if (check.problems.length === 0) {
    return (
      <p className="flex items-center gap-2 text-sm text-muted">
        <CircleCheck size={15} aria-hidden className="text-accent" />
        Nothing is wrong with the text.
      </p>
    );
  }
  return (
    <Panel>
      <ul className="divide-y">
        {check.problems.map((p) => (
          <li key={`${p.in} ${p.line} ${p.path} ${p.message}`}>
            <button type="button" className={row} onClick={() => onGo(p.in, Math.max(1, p.line))}>
              {p.warning ? (
                <TriangleAlert size={15} aria-label="Warning" className="mt-0.5 shrink-0 text-warn" />
              ) : (
                <CircleAlert size={15} aria-label="Error" className="mt-0.5 shrink-0 text-bad" />
              )}
              <span className="min-w-0 flex-1 wrap-anywhere">
                {p.message}
                {p.path && <code className="block font-mono text-xs text-faint">{p.path}</code>}
              </span>
              <span className="shrink-0 text-xs text-faint tabular-nums">
                {p.in === "cases" && "cases, "}
                {p.line > 0 ? `line ${p.line}` : "the whole"}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Cases({ check, onGo }: { check: Check; onGo: Go }) {
  if (check.cases.length === 0) {
    return (
      <p className="text-sm text-muted">
        There are none that could be run. A case says what the rule must find, or what it must not;{" "}
        <button type="button" className="text-accent underline" onClick={() => onGo("cases", 1)}>
          write one
        </button>
        .
      </p>
    );
  }
  const several = new Set(check.cases.map((c) => c.rule)).size > 1;
  return (
    <Panel>
      <ul className="divide-y">
        {check.cases.map((c) => (
          <li key={`${c.rule} ${c.line}`}>
            <button type="button" className={row} onClick={() => onGo("cases", c.line)}>
              {c.ok ? (
                <CircleCheck size={15} aria-label="Holds" className="mt-0.5 shrink-0 text-accent" />
              ) : (
                <CircleAlert size={15} aria-label="Does not hold" className="mt-0.5 shrink-0 text-bad" />
              )}
              <span className="min-w-0 flex-1 wrap-anywhere">
                {c.name}
                {several && (
                  <span className="block text-xs text-faint">{check.rules.find((r) => r.id === c.rule)?.title}</span>
                )}
                {c.why.map((w) => (
                  <span key={w} className="block text-xs text-muted">
                    {w}
                  </span>
                ))}
              </span>
              <span className="shrink-0 text-xs text-faint">{c.fires ? "fires" : "stays quiet"}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
