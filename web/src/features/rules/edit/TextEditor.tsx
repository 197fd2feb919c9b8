import { clsx } from "clsx";
import { useEffect, useId, useMemo, useRef } from "react";
import { type Part, yamlParts } from "../yamlParts.ts";
import type { Mark } from "./findings.ts";
import { type Edit, indent, lineAt, newLine } from "./typing.ts";

const lineHeight = 20;
/** Above so many lines colours are left out: they would be late. */
const coloured = 2_000;
const looks = { key: "text-accent", comment: "text-faint", string: "", plain: "" };

/** Where to go; another one with the same line goes there again. */
export type Jump = { line: number };

/** A text to be written, of YAML unless parts tells others: lines numbered, what is wrong marked, keys that indent. */
export function TextEditor({
  value,
  onChange,
  label,
  marks,
  jump,
  placeholder,
  parts = yamlParts,
  short,
}: {
  value: string;
  onChange: (text: string) => void;
  label: string;
  marks: ReadonlyMap<number, Mark>;
  jump?: Jump;
  placeholder?: string;
  parts?: (line: string) => Part[];
  short?: boolean;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  const behind = useRef<HTMLDivElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const leaving = useRef(false); // Escape was pressed: Tab leaves
  const id = useId();
  const lines = useMemo(() => value.split("\n"), [value]);
  useEffect(() => {
    const t = box.current;
    if (!t || !jump) return;
    const { start, end } = lineAt(t.value, jump.line);
    t.focus({ preventScroll: true });
    t.setSelectionRange(start, end);
    t.scrollTop = Math.max(0, (jump.line - 4) * lineHeight);
    t.scrollLeft = 0;
    t.closest("section")?.scrollIntoView({ block: "nearest" });
  }, [jump]);
  const apply = (t: HTMLTextAreaElement, e: Edit | undefined) => {
    if (!e) return;
    t.setSelectionRange(e.from, e.to);
    // What a browser inserts itself it can also undo; there is no other way to that.
    if (!document.execCommand("insertText", false, e.text)) {
      t.setRangeText(e.text, e.from, e.to, "end");
      onChange(t.value);
    }
    t.setSelectionRange(e.start, e.end);
  };
  return (
    <section
      aria-label={label}
      className={clsx(
        "relative flex overflow-hidden rounded-lg border bg-surface font-mono text-xs has-focus-visible:outline-2 max-sm:text-sm",
        short ? "h-64" : "h-[max(24rem,calc(100dvh-17rem))] max-sm:h-[55dvh]",
      )}
    >
      <div
        ref={gutter}
        aria-hidden
        className="w-11 shrink-0 overflow-hidden border-r bg-sunken pt-2 pb-8 text-right text-faint select-none"
      >
        {lines.map((_, i) => {
          const mark = marks.get(i + 1);
          return (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={i}
              title={mark?.message}
              style={{ height: lineHeight }}
              className={clsx(
                "pr-2 leading-5",
                mark && (mark.warning ? "bg-warn-soft font-bold text-warn" : "bg-bad-soft font-bold text-bad"),
              )}
            >
              {i + 1}
            </div>
          );
        })}
      </div>
      <div className="relative min-w-0 flex-1">
        <div ref={behind} aria-hidden className="pointer-events-none absolute inset-0 overflow-hidden px-2 pt-2 pb-8">
          {lines.length <= coloured &&
            lines.map((l, i) => {
              const mark = marks.get(i + 1);
              return (
                <div
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
                  key={i}
                  style={{ height: lineHeight }}
                  className={clsx(
                    "w-max min-w-full leading-5 whitespace-pre",
                    mark && (mark.warning ? "bg-warn-soft" : "bg-bad-soft"),
                  )}
                >
                  {parts(l).map((p, n) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
                    <span key={n} className={looks[p.kind]}>
                      {p.text}
                    </span>
                  ))}
                </div>
              );
            })}
        </div>
        <textarea
          ref={box}
          aria-label={label}
          aria-describedby={id}
          aria-invalid={marks.size > 0 && [...marks.values()].some((m) => !m.warning) ? true : undefined}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          autoCorrect="off"
          wrap="off"
          placeholder={placeholder}
          value={value}
          onChange={(e) => onChange(e.target.value)}
          onScroll={(e) => {
            if (gutter.current) gutter.current.scrollTop = e.currentTarget.scrollTop;
            if (behind.current) {
              behind.current.scrollTop = e.currentTarget.scrollTop;
              behind.current.scrollLeft = e.currentTarget.scrollLeft;
            }
          }}
          onBlur={() => {
            leaving.current = false;
          }}
          onKeyDown={(e) => {
            const t = e.currentTarget;
            const plain = !e.ctrlKey && !e.metaKey && !e.altKey && !e.nativeEvent.isComposing;
            if (e.key === "Tab" && plain && !leaving.current) {
              e.preventDefault();
              apply(t, indent(t.value, t.selectionStart, t.selectionEnd, e.shiftKey));
            } else if (e.key === "Enter" && plain && !e.shiftKey) {
              e.preventDefault();
              apply(t, newLine(t.value, t.selectionStart, t.selectionEnd));
            }
            if (e.key !== "Shift") leaving.current = e.key === "Escape";
          }}
          className={clsx(
            "absolute inset-0 size-full resize-none overflow-auto bg-transparent px-2 py-2 leading-5 whitespace-pre outline-none",
            lines.length <= coloured ? "text-transparent caret-ink selection:bg-accent/25" : "text-ink",
          )}
        />
      </div>
      <span id={id} className="sr-only">
        Tab indents. Press Escape, then Tab, to leave the text.
      </span>
    </section>
  );
}
