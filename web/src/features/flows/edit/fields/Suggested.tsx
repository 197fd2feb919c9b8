import { clsx } from "clsx";
import { useEffect, useRef } from "react";
import { refText } from "../../model/refs.ts";
import type { Available } from "../../model/scope.ts";
import { brief } from "../../model/values.ts";

/** The values that what is typed may mean; the field keeps the focus. */
export function Suggested({
  id,
  values,
  active,
  onPick,
}: {
  id: string;
  values: Available[];
  active: number;
  onPick: (v: Available) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div ref={list} id={id} role="listbox" aria-label="Values" tabIndex={-1} className="max-h-72 overflow-y-auto p-1">
      {values.map((v, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the field, which has the focus
        <div
          key={refText(v.path)}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          onMouseDown={(e) => e.preventDefault()}
          onClick={() => onPick(v)}
          className={clsx(
            "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 hover:bg-hover",
            i === active && "bg-hover",
          )}
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate">{v.title}</span>
            <span className="block truncate font-mono text-xs text-faint">{refText(v.path)}</span>
          </span>
          <span className="max-w-32 truncate text-right text-xs text-muted">{brief(v.sample) || v.type}</span>
        </div>
      ))}
    </div>
  );
}
