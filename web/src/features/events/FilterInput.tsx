import { clsx } from "clsx";
import { CircleAlert, ListFilter } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Input } from "../../kit/Field.tsx";
import { useKeys } from "../../kit/keys.ts";
import { complete } from "./complete.ts";
import { errorPlace } from "./query.ts";

/** A filter in Okta's language: completed while one types, looked for with Enter. */
export function FilterInput({
  value,
  onChange,
  values,
  error,
}: {
  value: string;
  onChange: (filter: string) => void;
  /** The values of fields that are known, by field. */
  values: Record<string, string[]>;
  error?: string;
}) {
  const box = useRef<HTMLInputElement>(null);
  const id = useId();
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  useEffect(() => setText(value), [value]);
  useKeys([{ keys: "/", label: "Filter the events", group: "Lists", run: () => box.current?.focus() }]);
  const found = useMemo(() => (caret === undefined ? undefined : complete(text, caret, values)), [text, caret, values]);
  const list = found?.list ?? [];
  const close = () => {
    setCaret(undefined);
    setChosen(-1);
  };
  const take = (i: number) => {
    const s = list[i];
    if (!s || !found) return;
    const next = `${text.slice(0, found.from)}${s.text} ${text.slice(found.to).trimStart()}`;
    const at = found.from + s.text.length + 1;
    setText(next);
    setChosen(-1);
    requestAnimationFrame(() => {
      box.current?.setSelectionRange(at, at);
      setCaret(at);
    });
  };
  const place = error === undefined ? undefined : errorPlace(error);
  return (
    <div className="relative min-w-0 flex-1 basis-96 max-sm:basis-full">
      <ListFilter
        size={15}
        aria-hidden
        className="pointer-events-none absolute top-4 left-2.5 -translate-y-1/2 text-faint pointer-coarse:top-5"
      />
      <Input
        ref={box}
        value={text}
        role="combobox"
        aria-label="Filter"
        aria-expanded={list.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        placeholder='Filter: eventType eq "user.session.start" and outcome.result eq "FAILURE"'
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        className="pl-8 font-mono !text-sm"
        onChange={(e) => {
          setText(e.target.value);
          setCaret(e.target.selectionStart ?? e.target.value.length);
          setChosen(-1);
        }}
        onSelect={(e) => document.activeElement === e.currentTarget && setCaret(e.currentTarget.selectionStart ?? 0)}
        onBlur={() => {
          close();
          if (text.trim() !== value) onChange(text.trim());
        }}
        onKeyDown={(e) => {
          if (e.key === "ArrowDown" && list.length > 0) setChosen((chosen + 1) % list.length);
          else if (e.key === "ArrowUp" && list.length > 0) setChosen((chosen - 1 + list.length) % list.length);
          else if ((e.key === "Enter" || e.key === "Tab") && chosen >= 0) take(chosen);
          else if (e.key === "Enter") {
            close();
            onChange(text.trim());
          } else if (e.key === "Escape") {
            if (caret !== undefined && list.length > 0) close();
            else box.current?.blur();
          } else return;
          e.preventDefault();
        }}
      />
      {list.length > 0 && (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="What can follow"
          className="absolute top-full right-0 left-0 z-30 mt-1 max-h-72 max-w-xl overflow-y-auto rounded-lg bg-raised p-1 shadow-pop"
        >
          {list.map((s, i) => (
            <div
              key={s.text}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              onPointerDown={(e) => {
                e.preventDefault();
                take(i);
              }}
              className={clsx(
                "flex min-h-8 cursor-default items-center gap-3 rounded-md px-2 hover:bg-hover pointer-coarse:min-h-11",
                i === chosen && "bg-hover",
              )}
            >
              <span className="min-w-0 truncate font-mono text-sm">{s.text}</span>
              {s.detail && <span className="ml-auto shrink-0 text-xs text-faint">{s.detail}</span>}
            </div>
          ))}
        </div>
      )}
      {error && list.length === 0 && (
        <div id={`${id}-error`} role="alert" className="mt-1 flex items-baseline gap-1.5 text-sm text-bad">
          <CircleAlert size={13} className="shrink-0 translate-y-0.5" aria-hidden />
          <span className="min-w-0 wrap-anywhere">{error}</span>
          {place !== undefined && (
            <button
              type="button"
              className="shrink-0 underline"
              onClick={() => {
                box.current?.focus();
                box.current?.setSelectionRange(place, Math.max(place + 1, text.length));
              }}
            >
              Go there
            </button>
          )}
        </div>
      )}
    </div>
  );
}
