import { Panel } from "../../kit/Page.tsx";
import { NodeLink } from "./NodeLink.tsx";
import { keyOf, nodeNote, type Path } from "./node.ts";
import { Sure } from "./Sure.tsx";
import { stepWords } from "./stepWords.ts";
import { Takes } from "./Takes.tsx";

/** A path step by step, each with why it is possible and what takes it away. */
export function PathList({ tenant, path: p, label }: { tenant: string; path: Path; label: string }) {
  return (
    <Panel>
      <div className="flex flex-wrap items-center gap-x-3 border-b px-3 py-2">
        <h3 className="text-base">{label}</h3>
        <span className="text-sm text-muted">{p.steps.length === 1 ? "one step" : `${p.steps.length} steps`}</span>
        <Sure confidence={p.confidence} />
      </div>
      <ol aria-label={label} className="divide-y">
        {p.steps.map((s) => (
          <li key={`${keyOf(s.from)}>${keyOf(s.to)}`} className="px-3 py-2">
            <div className="flex flex-wrap items-center gap-x-2">
              <NodeLink tenant={tenant} node={s.from} bold />
              <span className="text-muted">{stepWords(s.kind)}</span>
              <NodeLink tenant={tenant} node={s.to} bold />
              <span className="text-xs text-faint">{nodeNote(s.to)}</span>
            </div>
            <p className="mt-0.5 text-sm wrap-anywhere text-muted">{s.why}</p>
            <Takes tenant={tenant} start={p.start} step={s} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}
