import { clsx } from "clsx";
import { useLayoutEffect, useRef, useState } from "react";
import { Anchored } from "../../../../kit/Anchored.tsx";
import { Field, Select, Textarea } from "../../../../kit/Field.tsx";
import { braced, openRef } from "../../model/refs.ts";
import type { Group } from "../../model/scope.ts";
import { fromText, textProblem, toText } from "../../model/values.ts";
import { endDrag, nowDragged } from "../../picture/edit.ts";
import { Suggested } from "./Suggested.tsx";
import { useSuggested } from "./useSuggested.ts";
import { ValuePicker } from "./ValuePicker.tsx";

export type TemplateFieldProps = {
  label: string;
  type: string;
  value: unknown;
  onChange: (value: unknown) => void;
  groups: Group[];
  help?: string;
  problem?: string;
  required?: boolean;
  choices?: unknown[];
  aside?: React.ReactNode;
  /** A condition: names stand in it without braces. */
  written?: (path: string[]) => string;
  placeholder?: string;
  mono?: boolean;
};

/** A value of a card: text and other cards' values, typed, picked from a list, or dropped here. */
export function TemplateField(p: TemplateFieldProps) {
  const fixed = p.type === "boolean" ? ["true", "false"] : p.choices?.map(String);
  const text = toText(p.value);
  const [free, setFree] = useState(false);
  if (fixed && !free && (text === "" || fixed.includes(text))) {
    const choices = [
      { value: "", label: "Not set" },
      ...fixed.map((c) => ({ value: c, label: p.type === "boolean" ? (c === "true" ? "Yes" : "No") : c })),
      { value: "\0", label: "A value of another card…" },
    ];
    return (
      <Field label={p.label} help={p.help} error={p.problem} required={p.required} aside={p.aside}>
        {(f) => (
          <Select
            {...f}
            value={text}
            choices={choices}
            onChange={(e) => (e.target.value === "\0" ? setFree(true) : p.onChange(fromText(e.target.value, p.type)))}
          />
        )}
      </Field>
    );
  }
  return <TextField {...p} begin={free && text === ""} />;
}

/** It begins with the focus where somebody has just asked for it. */
function TextField({ begin, ...p }: TemplateFieldProps & { begin?: boolean }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number>(undefined);
  const [local, setLocal] = useState<string>();
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState(false);
  const suggesting = useSuggested(p.groups);
  // What one types stays as typed, as long as it means what stands in the flow.
  const same = local !== undefined && JSON.stringify(fromText(local, p.type, p.value)) === JSON.stringify(p.value);
  const text = same ? local : toText(p.value);
  const put = (next: string, at?: number) => {
    setLocal(next);
    caret.current = at;
    p.onChange(fromText(next, p.type, p.value));
  };
  const written = p.written ?? braced;
  const insert = (path: string[], whole = false) => {
    const ref = written(path);
    const [start, end] = [box.current?.selectionStart ?? text.length, box.current?.selectionEnd ?? text.length];
    // A reference that has been begun becomes the one that is chosen.
    const from = whole ? text.length : ((p.written ? undefined : openRef(text, start))?.start ?? start);
    const next = whole && p.type !== "text" ? ref : text.slice(0, from) + ref + text.slice(whole ? text.length : end);
    put(next, whole && p.type !== "text" ? ref.length : from + ref.length);
    suggesting.close();
  };
  // A chosen value moves the caret behind it.
  useLayoutEffect(() => {
    const at = caret.current;
    if (at === undefined || document.activeElement !== box.current) return;
    caret.current = undefined;
    box.current?.setSelectionRange(at, at);
  });
  const focus = () => {
    const at = caret.current;
    box.current?.focus();
    if (at !== undefined) box.current?.setSelectionRange(at, at);
  };
  return (
    <Field
      label={p.label}
      help={p.help}
      error={p.problem ?? textProblem(text, p.type)}
      required={p.required}
      aside={p.aside}
    >
      {(f) => (
        <div className="flex items-start gap-1">
          <Anchored
            open={suggesting.open}
            onClose={suggesting.close}
            anchor={
              <Textarea
                {...f}
                ref={box}
                aria-autocomplete="list"
                aria-controls={suggesting.open ? suggesting.id : undefined}
                aria-activedescendant={suggesting.open ? `${suggesting.id}-${suggesting.active}` : undefined}
                autoFocus={begin}
                data-field={p.label}
                rows={Math.min(12, Math.max(1, lines(text)))}
                value={text}
                placeholder={p.placeholder}
                spellCheck={false}
                className={clsx(
                  "!min-h-8 resize-y py-[5px]",
                  p.mono && "font-mono !text-xs !leading-5",
                  over && "ring-2 ring-accent",
                )}
                onChange={(e) => {
                  put(e.target.value);
                  if (!p.written) suggesting.typed(openRef(e.target.value, e.target.selectionStart)?.query);
                }}
                onBlur={suggesting.close}
                onKeyDown={(e) => {
                  if (suggesting.key(e, (v) => insert(v.path))) return;
                  if (e.key !== " " || !(e.ctrlKey || e.metaKey)) return;
                  e.preventDefault();
                  suggesting.close();
                  setOpen(true);
                }}
                onDragOver={(e) => {
                  if (nowDragged()?.kind !== "value") return;
                  e.preventDefault();
                  setOver(true);
                }}
                onDragLeave={() => setOver(false)}
                onDrop={(e) => {
                  const what = nowDragged();
                  setOver(false);
                  endDrag();
                  if (what?.kind !== "value") return;
                  e.preventDefault();
                  insert(what.path, true);
                }}
              />
            }
          >
            <Suggested
              id={suggesting.id}
              values={suggesting.values}
              active={suggesting.active}
              onPick={(v) => insert(v.path)}
            />
          </Anchored>
          <ValuePicker
            label={`Insert a value: ${p.label}`}
            groups={p.groups}
            open={open}
            onOpen={setOpen}
            onPick={(path) => {
              insert(path);
              setOpen(false);
            }}
            onLeave={focus}
          />
        </div>
      )}
    </Field>
  );
}

const width = 44;

/** How many lines a text takes, roughly. */
function lines(text: string): number {
  return text.split("\n").reduce((n, l) => n + Math.max(1, Math.ceil(l.length / width)), 0);
}
