import { Search, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./Button.tsx";
import { Input } from "./Field.tsx";
import { useKeys } from "./keys.ts";

/** A row of what a list is narrowed by. */
export function FilterBar({ children, end }: { children: ReactNode; end?: ReactNode }) {
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      {children}
      {end && <div className="ml-auto flex items-center gap-2 text-sm text-muted">{end}</div>}
    </div>
  );
}

/** Search as one types, a moment after the last letter. "/" leads here. */
export function SearchBox({ value, onChange, label }: { value: string; onChange: (v: string) => void; label: string }) {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const typedAt = useRef("");
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const t = setTimeout(() => {
      // Who has followed a link meanwhile is not called back, though its page still loads.
      if (window.location.pathname !== typedAt.current) return;
      sent.current = text;
      onChange(text);
    }, 250);
    return () => clearTimeout(t);
  }, [text, onChange]);
  const type = (now: string) => {
    typedAt.current = window.location.pathname;
    setText(now);
  };
  useKeys([{ keys: "/", label: "Search the list", group: "Lists", run: () => box.current?.focus() }]);
  return (
    <div className="relative w-72 max-sm:w-full">
      <Search
        size={15}
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-faint"
      />
      <Input
        ref={box}
        type="search"
        value={text}
        aria-label={label}
        placeholder={label}
        onChange={(e) => type(e.target.value)}
        onKeyDown={(e) => {
          if (e.key !== "Escape") return;
          if (text) type("");
          else box.current?.blur();
        }}
        className="pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
    </div>
  );
}

/** Something that narrows the list, and can be taken off. */
export function FilterChip({ name, value, onRemove }: { name: string; value: ReactNode; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-full items-center gap-1 rounded-md bg-accent-soft pr-0.5 pl-2.5 text-sm pointer-coarse:h-10">
      <span className="text-muted">{name}</span>
      <span className="min-w-0 truncate font-medium">{value}</span>
      <Button
        look="quiet"
        size="sm"
        icon={<X size={13} />}
        aria-label={`Remove the filter ${name}`}
        onClick={onRemove}
      />
    </span>
  );
}
