import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";
import { EffectTag } from "../activity/effects.tsx";

/** What flows can do through a connector. */
export function ConnectorActions({ connector }: { connector: components["schemas"]["ConnectorDetail"] }) {
  return (
    <Section title="What flows can do through it" aside={`${connector.actionList.length} actions`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ul tabIndex={0} className="max-h-96 divide-y overflow-y-auto rounded-lg border bg-surface">
        {connector.actionList.map((a) => (
          <li key={a.id} className="flex items-center gap-3 px-3 py-1.5">
            <span className="min-w-0 flex-1">
              <span className="block truncate">{a.title}</span>
              {a.description && (
                <span className="block truncate text-xs text-muted" title={a.description}>
                  {a.description}
                </span>
              )}
            </span>
            <EffectTag effect={a.effect} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
