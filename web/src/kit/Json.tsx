import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Copy } from "./Copy.tsx";

export type JsonProps = {
  value: unknown;
  label: string;
  /** How deep it is unfolded at first. */
  depth?: number;
  className?: string;
};

const longText = 400;

/** JSON as a tree that folds, with the whole of it one press from the clipboard. */
export function Json({ value, label, depth = 2, className }: JsonProps) {
  return (
    <section aria-label={label} className={clsx("group relative rounded-md border bg-sunken", className)}>
      <div className="absolute top-1 right-1 z-10 rounded-md bg-sunken">
        <Copy text={() => JSON.stringify(value, null, 2)} label={`Copy ${label}`} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="max-h-[70vh] overflow-auto py-2 pr-10 pl-2 font-mono text-xs leading-5">
        <Node value={value} depth={depth} />
      </div>
    </section>
  );
}

function Node({
  name,
  value,
  depth,
  last = true,
}: {
  name?: string | number;
  value: unknown;
  depth: number;
  last?: boolean;
}) {
  if (value !== null && typeof value === "object") {
    return <Branch name={name} value={value} depth={depth} last={last} />;
  }
  return (
    <div className="pl-4 wrap-anywhere">
      <Name name={name} />
      <Leaf value={value} />
      {!last && <Mark>,</Mark>}
    </div>
  );
}

function Branch({ name, value, depth, last }: { name?: string | number; value: object; depth: number; last: boolean }) {
  const [open, setOpen] = useState(depth > 0);
  const list = Array.isArray(value);
  const entries: [string | number, unknown][] = list ? value.map((v, i) => [i, v]) : Object.entries(value);
  const [start, end] = list ? "[]" : "{}";
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <Mark>
          {start}
          {end}
          {!last && ","}
        </Mark>
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        className="flex w-full items-start rounded-sm py-0.5 text-left hover:bg-hover"
      >
        <ChevronRight size={12} aria-hidden className={clsx("mt-1 mr-1 shrink-0 text-faint", open && "rotate-90")} />
        <span>
          <Name name={name} />
          <Mark>{start}</Mark>
          {!open && (
            <Mark>{` ${entries.length} ${list ? (entries.length === 1 ? "item" : "items") : entries.length === 1 ? "field" : "fields"} ${end}`}</Mark>
          )}
        </span>
      </button>
      {open && (
        <>
          <div className="ml-[5px] border-l pl-2">
            {entries.map(([k, v], i) => (
              <Node key={k} name={list ? undefined : k} value={v} depth={depth - 1} last={i === entries.length - 1} />
            ))}
          </div>
          <div className="pl-4">
            <Mark>
              {end}
              {!last && ","}
            </Mark>
          </div>
        </>
      )}
    </div>
  );
}

function Name({ name }: { name?: string | number }) {
  if (name === undefined) return null;
  return (
    <>
      <span className="text-muted">{name}</span>
      <Mark>: </Mark>
    </>
  );
}

function Mark({ children }: { children: ReactNode }) {
  return <span className="text-faint">{children}</span>;
}

function Leaf({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  if (typeof value !== "string") return <span className="text-accent">{String(value)}</span>;
  if (value.length <= 1.5 * longText || all) return <span className="whitespace-pre-wrap">{quoted(value)}</span>;
  return (
    <span>
      <span className="whitespace-pre-wrap">{quoted(value.slice(0, longText)).slice(0, -1)}…</span>{" "}
      <button type="button" className="text-accent underline" onClick={() => setAll(true)}>
        all {value.length.toLocaleString("en-GB")} characters
      </button>
    </span>
  );
}

/** A text in quotes, its lines as lines: it is for reading, and copying gives JSON. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\\n", "\n");
}
