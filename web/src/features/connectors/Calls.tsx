import { FileJson, PenLine, SquareTerminal, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Section } from "../../kit/Page.tsx";
import { EffectTag } from "../activity/effects.tsx";
import { CallSheet } from "./CallSheet.tsx";
import { type Draft, emptyCall, withCalls, withExample } from "./draft.ts";
import { FromCurl } from "./FromCurl.tsx";
import { FromOpenAPI } from "./FromOpenAPI.tsx";

type Props = { draft: Draft; onChange: (d: Draft) => void; onSecrets: (s: Record<string, string>) => void };

/** The actions of a connector in the making, and the ways to add some. */
export function Calls({ draft: d, onChange, onSecrets }: Props) {
  const [adding, setAdding] = useState<"curl" | "openapi" | "hand">();
  const [open, setOpen] = useState<number>();
  const done = () => setAdding(undefined);
  const edited = open === undefined ? undefined : d.calls[open];
  return (
    <Section title="Actions" aside={d.calls.length > 0 && d.calls.length}>
      <div className="flex flex-col gap-3">
        {d.calls.length === 0 && (
          <p className="text-muted">
            What flows can do with it. Each action is one request; its parts that change are inputs.
          </p>
        )}
        {d.calls.length > 0 && (
          <ul aria-label="Actions" className="divide-y rounded-lg border bg-surface">
            {d.calls.map((c, i) => (
              <li key={c.id} className="flex items-center gap-2 px-3 py-1.5">
                <button
                  type="button"
                  onClick={() => setOpen(i)}
                  className="min-w-0 flex-1 py-0.5 text-left hover:underline"
                >
                  <span className="block truncate font-medium">{c.title || c.id}</span>
                  <span className="block truncate font-mono text-xs text-faint">
                    {c.method} {c.path}
                  </span>
                </button>
                <EffectTag effect={c.effect} />
                <Button
                  look="quiet"
                  size="sm"
                  icon={<Trash2 size={14} />}
                  aria-label={`Remove ${c.title || c.id}`}
                  onClick={() =>
                    onChange({
                      ...d,
                      calls: d.calls.filter((_, n) => n !== i),
                      test: d.test === c.id ? undefined : d.test,
                    })
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <div className="flex flex-wrap gap-2">
          <Button icon={<SquareTerminal size={14} />} onClick={() => setAdding("curl")}>
            From a curl command
          </Button>
          <Button icon={<FileJson size={14} />} onClick={() => setAdding("openapi")}>
            From an OpenAPI document
          </Button>
          <Button icon={<PenLine size={14} />} onClick={() => setAdding("hand")}>
            By hand
          </Button>
        </div>
      </div>
      {adding === "curl" && (
        <FromCurl
          draft={d}
          onClose={done}
          onAdd={(ex) => {
            onChange(withExample(d, ex));
            onSecrets(ex.secrets);
            done();
          }}
        />
      )}
      {adding === "openapi" && (
        <FromOpenAPI
          onClose={done}
          onAdd={(from, calls) => {
            const next = withCalls(d, calls);
            const about = {
              title: d.title || from.title,
              description: d.description || from.description,
              docs: d.docs || from.docs,
            };
            onChange(
              d.calls.length > 0 ? next : { ...next, ...about, baseUrl: d.baseUrl || from.baseUrl, auth: from.auth },
            );
            done();
          }}
        />
      )}
      {adding === "hand" && (
        <CallSheet call={emptyCall} isNew onClose={done} onSave={(c) => onChange(withCalls(d, [c]))} />
      )}
      {edited && (
        <CallSheet
          call={edited}
          onClose={() => setOpen(undefined)}
          onSave={(c) =>
            onChange({
              ...d,
              calls: d.calls.map((x, n) => (n === open ? c : x)),
              test: d.test === edited.id ? c.id : d.test,
            })
          }
        />
      )}
    </Section>
  );
}
