import { Json } from "../../kit/Json.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import type { Kind } from "./kinds.ts";
import { partsOf } from "./partsOf.ts";

/** What something consists of: the rules of a policy, the bindings of a resource set. Each folds out to all of it. */
export function Parts({ kind, body }: { kind: Kind; body: unknown }) {
  return partsOf(kind, body).map((p) => (
    <Section key={p.title} title={p.title} aside={String(p.items.length)}>
      <Panel>
        <ol className="divide-y">
          {p.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts stand in their order
            <li key={i}>
              <details>
                <summary className="px-3 py-1.5 wrap-anywhere">
                  <span className="font-medium">{item.name}</span>
                  {item.note && <span className="text-sm text-muted"> {item.note}</span>}
                </summary>
                <div className="px-3 pb-2">
                  <Json value={item.value} label={item.name} depth={3} />
                </div>
              </details>
            </li>
          ))}
        </ol>
      </Panel>
    </Section>
  ));
}
