import { clsx } from "clsx";
import { type LineKind, lineKindList, lineKinds } from "./timeline.ts";

/** The kinds of lines, each of which can be chosen; none chosen is all of them. */
export function KindChips({
  chosen,
  hidden,
  onChange,
}: {
  chosen: LineKind[];
  hidden: LineKind[];
  onChange: (kinds: LineKind[]) => void;
}) {
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">Kinds of lines</legend>
      {lineKindList
        .filter((k) => !hidden.includes(k))
        .map((k) => {
          const { label, icon: Icon } = lineKinds[k];
          const on = chosen.includes(k);
          return (
            <button
              key={k}
              type="button"
              aria-pressed={on}
              onClick={() => onChange(on ? chosen.filter((c) => c !== k) : [...chosen, k])}
              className={clsx(
                "inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 text-sm pointer-coarse:h-10",
                on
                  ? "border-transparent bg-accent-soft font-medium text-accent"
                  : "border-edge/50 bg-surface text-muted hover:bg-hover hover:text-ink",
              )}
            >
              <Icon size={14} aria-hidden />
              {label}
            </button>
          );
        })}
    </fieldset>
  );
}
