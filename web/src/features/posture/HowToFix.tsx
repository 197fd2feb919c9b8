import { Copy } from "../../kit/Copy.tsx";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { type CheckFix, modeWords } from "./posture.ts";

const risks: Record<string, string> = {
  low: "Low: nobody should notice",
  medium: "Medium: somebody may be held up",
  high: "High: people may be locked out",
};

/** How what a check finds is put right: by what, with what right, how it is taken back, and what may go wrong. */
export function HowToFix({ fix }: { fix: CheckFix }) {
  const items: [string, React.ReactNode][] = [["How", modeWords(fix.mode)]];
  if (fix.steps) items.push(["Do", fix.steps]);
  if (fix.call) {
    items.push([
      "Call",
      <span key="c" className="inline-flex max-w-full items-center gap-1">
        <code className="font-mono text-xs wrap-anywhere">{fix.call}</code>
        <Copy text={() => fix.call ?? ""} label="Copy the call" />
      </span>,
    ]);
  }
  if (fix.scope) {
    items.push([
      "Scope",
      <code key="s" className="font-mono text-xs wrap-anywhere">
        {fix.scope}
      </code>,
    ]);
  }
  if (fix.role) items.push(["Admin role", fix.role]);
  items.push(["Risk", risks[fix.risk] ?? fix.risk]);
  items.push(["Way back", fix.undo || "There is none that is known."]);
  return (
    <Section title="How to put it right">
      <Panel className="px-3 py-2.5">
        <Facts items={items} />
      </Panel>
    </Section>
  );
}
