import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Textarea } from "../../kit/Field.tsx";
import { SearchBox } from "../../kit/Filters.tsx";
import { Note } from "../../kit/Note.tsx";
import { counted } from "../../kit/time.ts";
import { EffectTag } from "../activity/effects.tsx";
import type { Call, Draft } from "./draft.ts";

type Props = { onClose: () => void; onAdd: (from: Draft, calls: Call[]) => void };

/** Actions made of an OpenAPI document: it is uploaded or pasted, operations are picked. */
export function FromOpenAPI({ onClose, onAdd }: Props) {
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const read = useMutation({
    mutationFn: async (document: string | Blob) => {
      const headers = { "Content-Type": "application/octet-stream" };
      const answer = await send("post", "/api/v1/connector-drafts/openapi", { body: document, headers });
      return (await answer.json()) as components["schemas"]["DraftedConnector"];
    },
  });
  const from = read.data?.draft;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = from?.calls.filter((c) => {
    const all = `${c.title} ${c.id} ${c.method} ${c.path}`.toLowerCase();
    return words.every((w) => all.includes(w));
  });
  const flip = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title="From an OpenAPI document"
      intro={from ? `${from.title}: pick what flows shall do.` : "Version 3 or 2, JSON or YAML."}
      footer={
        from ? (
          <Button
            look="primary"
            disabled={picked.size === 0}
            onClick={() =>
              onAdd(
                from,
                from.calls.filter((c) => picked.has(c.id)),
              )
            }
          >
            {picked.size === 0 ? "Add" : `Add ${counted(picked.size, "action")}`}
          </Button>
        ) : (
          <Button look="primary" disabled={!text.trim()} busy={read.isPending} onClick={() => read.mutate(text)}>
            Read it
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {!from && (
          <>
            <Field label="File">
              {(f) => (
                <input
                  {...f}
                  type="file"
                  accept=".json,.yaml,.yml,application/json"
                  className="text-sm"
                  onChange={(e) => e.target.files?.[0] && read.mutate(e.target.files[0])}
                />
              )}
            </Field>
            <Field label="Or paste it">
              {(f) => (
                <Textarea
                  {...f}
                  className="min-h-40 font-mono text-xs"
                  spellCheck={false}
                  value={text}
                  onChange={(e) => setText(e.target.value)}
                />
              )}
            </Field>
          </>
        )}
        {read.isError && <Failed what="The document could not be read." error={read.error} />}
        {read.data?.notes.slice(0, 5).map((n) => (
          <Note key={n}>{n}</Note>
        ))}
        {from && (
          <>
            <div className="flex flex-wrap items-center gap-3">
              <SearchBox label="Search operations" value={q} onChange={setQ} />
              <span className="text-sm text-muted">{counted(fits?.length ?? 0, "operation")}</span>
            </div>
            <ul aria-label="Operations" className="divide-y rounded-lg border bg-surface">
              {fits?.slice(0, 200).map((c) => (
                <li key={c.id} className="flex items-center gap-3 px-3 py-1.5">
                  <Checkbox checked={picked.has(c.id)} onChange={() => flip(c.id)} label={c.title || c.id} />
                  <button type="button" tabIndex={-1} onClick={() => flip(c.id)} className="min-w-0 flex-1 text-left">
                    <span className="block truncate">{c.title || c.id}</span>
                    <span className="block truncate font-mono text-xs text-faint">
                      {c.method} {c.path}
                    </span>
                  </button>
                  <EffectTag effect={c.effect} />
                </li>
              ))}
            </ul>
            {(fits?.length ?? 0) > 200 && <p className="text-sm text-muted">Search to see the others.</p>}
          </>
        )}
      </div>
    </Dialog>
  );
}
