import { useEffect, useRef } from "react";
import { Note } from "../../../kit/Note.tsx";
import type { Problem } from "../model/problems.ts";
import type { Editor } from "./useEditor.ts";

const lineHeight = 20;

/** The same flow as YAML, beside the picture. */
export function YamlPane({ editor, problems }: { editor: Editor; problems: Problem[] }) {
  const gutter = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const faults = editor.model.faults;
  const wrong = new Map<number, string>();
  for (const p of faults.length > 0 ? faults : problems) if (p.line) wrong.set(p.line, p.message);
  const line = lineOfSelected(editor);
  useEffect(() => {
    const t = box.current;
    if (!t || !line || document.activeElement === t) return;
    const top = (line - 1) * lineHeight;
    if (top < t.scrollTop || top > t.scrollTop + t.clientHeight - 3 * lineHeight)
      t.scrollTop = Math.max(0, top - 2 * lineHeight);
  }, [line]);
  const count = editor.text.split("\n").length;
  return (
    <section aria-label="YAML" className="flex h-full min-h-0 flex-col">
      {faults.length > 0 && (
        <div className="p-2">
          <Note tone="bad" title="The YAML cannot be read">
            {faults.map((f) => (
              <div key={`${f.line} ${f.message}`}>
                line {f.line}: {f.message}
              </div>
            ))}
            The picture waits until it can.
          </Note>
        </div>
      )}
      <div className="flex min-h-0 flex-1 font-mono text-xs">
        <div
          ref={gutter}
          aria-hidden
          className="w-10 shrink-0 overflow-hidden border-r bg-sunken py-2 text-right text-faint select-none"
        >
          {Array.from({ length: count }, (_, i) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={i}
              title={wrong.get(i + 1)}
              style={{ height: lineHeight }}
              className={
                wrong.has(i + 1)
                  ? "bg-bad-soft pr-2 text-bad"
                  : line === i + 1
                    ? "bg-accent-soft pr-2 text-accent"
                    : "pr-2"
              }
            >
              <span className="leading-5">{i + 1}</span>
            </div>
          ))}
        </div>
        <textarea
          ref={box}
          aria-label="YAML of the flow"
          spellCheck={false}
          wrap="off"
          value={editor.text}
          onChange={(e) => editor.setText(e.target.value)}
          onScroll={(e) => {
            if (gutter.current) gutter.current.scrollTop = e.currentTarget.scrollTop;
          }}
          className="min-w-0 flex-1 resize-none overflow-auto bg-surface px-2 py-2 leading-5 whitespace-pre outline-none focus-visible:-outline-offset-2"
        />
      </div>
    </section>
  );
}

function lineOfSelected({ model, selected }: Editor): number | undefined {
  const path = selected === "trigger" ? ["trigger"] : undefined;
  if (path) return undefined;
  const visit = (cards: NonNullable<typeof model.picture>["cards"]): number | undefined => {
    for (const c of cards) {
      if (c.id === selected) return c.line;
      for (const l of c.lanes) {
        const found = visit(l.cards);
        if (found) return found;
      }
    }
    return undefined;
  };
  return visit(model.picture?.cards ?? []);
}
