import { Facts, Panel } from "../../kit/Page.tsx";
import { NodeLink } from "./NodeLink.tsx";
import type { Node, Step } from "./node.ts";
import { Sure } from "./Sure.tsx";
import { stepWords } from "./stepWords.ts";
import { Takes } from "./Takes.tsx";

/** One step: why it is possible, how sure that is, and what takes it away. */
export function StepDetail({ tenant, start, step: s }: { tenant: string; start: Node; step: Step }) {
  return (
    <section aria-label="The chosen step" aria-live="polite">
      <Panel className="px-3 py-2.5">
        <div className="mb-2 flex flex-wrap items-center gap-x-2">
          <NodeLink tenant={tenant} node={s.from} bold />
          <span className="text-muted">{stepWords(s.kind)}</span>
          <NodeLink tenant={tenant} node={s.to} bold />
          <Sure confidence={s.confidence} />
        </div>
        <Facts
          items={[
            ["Why", s.why || "The org says so."],
            ["Step", <Catalogue key="kind" step={s} />],
            ...(s.remedy ? [["In general", `To take such steps away: ${s.remedy}.`] as [string, string]] : []),
          ]}
        />
        <Takes key={`${s.from.id}>${s.to.id}`} tenant={tenant} start={start} step={s} />
      </Panel>
    </section>
  );
}

function Catalogue({ step: s }: { step: Step }) {
  return (
    <>
      <code className="font-mono text-xs">{s.kind}</code>
      {s.number ? `, ${s.number} of the catalogue` : ", what the org says by itself"}
    </>
  );
}
