import { Link } from "@tanstack/react-router";
import { Copy } from "../../kit/Copy.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { EffectTag, effects } from "../activity/effects.tsx";
import { useCan } from "../session/session.ts";
import { type Entry, exampleOf, type Port } from "./entries.ts";

/** A function or an action: what goes in, what comes out, how a card uses it. */
export function EntrySheet({ entry: e, onClose }: { entry: Entry; onClose: () => void }) {
  const canConnect = useCan("connections:write");
  const example = exampleOf(e);
  return (
    <Sheet
      open
      onClose={onClose}
      title={e.title}
      intro={e.group.kind === "functions" ? `Function · ${e.group.title}` : e.group.title}
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-col gap-2">
          {e.help && <p className="text-pretty">{e.help}</p>}
          {e.effect && (
            <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
              <EffectTag effect={e.effect} /> {effects[e.effect].means}.
            </p>
          )}
        </div>
        <Section title="Inputs">
          <Ports ports={e.inputs} none={e.extensible ? "Any, by any name." : "None."} />
          {e.extensible && e.inputs.length > 0 && (
            <p className="mt-2 text-sm text-muted">And more, by any further name.</p>
          )}
        </Section>
        <Section title="Outputs">
          <Ports ports={e.outputs} none="None." />
        </Section>
        <Section title="In a flow" aside={<Copy text={example} label="Copy the card" />}>
          <pre className="overflow-x-auto rounded-md border bg-sunken px-3 py-2 font-mono text-xs">{example}</pre>
        </Section>
        {e.serves.length > 0 && (
          <Section title="Cards of Okta Workflows that it runs">
            <ul className="flex flex-wrap gap-1.5">
              {e.serves.map((s) => (
                <li key={s}>
                  <Tag>
                    <span className="font-mono">{s}</span>
                  </Tag>
                </li>
              ))}
            </ul>
          </Section>
        )}
        {e.group.kind === "connector" && (
          <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            {canConnect && (
              <Link to="/connections" search={{ add: e.group.id }} className="text-accent hover:underline">
                Connect {e.group.title}
              </Link>
            )}
            {e.group.id.startsWith("own_") && (
              <Link to="/connectors/$id" params={{ id: e.group.id }} className="text-accent hover:underline">
                Change the connector
              </Link>
            )}
            {e.group.docs && (
              <a href={e.group.docs} target="_blank" rel="noreferrer" className="text-accent hover:underline">
                Documentation of the maker
              </a>
            )}
          </p>
        )}
      </div>
    </Sheet>
  );
}

function Ports({ ports, none }: { ports: Port[]; none: string }) {
  if (ports.length === 0) return <p className="text-muted">{none}</p>;
  return (
    <ul className="divide-y rounded-md border bg-surface">
      {ports.map((p) => (
        <li key={p.name} className="flex flex-col gap-0.5 px-3 py-2">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span className="min-w-0 wrap-anywhere">
              {p.title} <code className="font-mono text-xs text-faint">{p.name}</code>
            </span>
            <span className="text-xs text-muted">
              {p.type || "anything"}
              {p.required && ", required"}
            </span>
          </div>
          {p.help && <p className="text-sm text-pretty text-muted">{p.help}</p>}
          {p.choices && p.choices.length > 0 && (
            <p className="text-xs wrap-anywhere text-faint">One of: {p.choices.map(String).join(", ")}</p>
          )}
          {p.default !== undefined && p.default !== null && (
            <p className="text-xs wrap-anywhere text-faint">If left out: {JSON.stringify(p.default)}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
