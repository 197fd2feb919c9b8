import { clsx } from "clsx";
import type { components } from "../../api/schema.gen.ts";
import { Tag } from "../../kit/State.tsx";
import { type Method, methodsOf } from "./methods.ts";

type Props = {
  kind: components["schemas"]["SourceKind"];
  chosen: ReadonlySet<Method>;
  onChange: (next: ReadonlySet<Method>) => void;
  error?: string;
};

/** Chooses the ways in which events come: one or several. */
export function MethodChoice({ kind, chosen, onChange, error }: Props) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">How events come</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {methodsOf(kind).map((m) => (
          <label
            key={m.id}
            className={clsx(
              "flex cursor-pointer items-start gap-2.5 rounded-lg border bg-surface px-3 py-2.5 hover:bg-hover",
              chosen.has(m.id) && "border-accent",
            )}
          >
            <input
              type="checkbox"
              checked={chosen.has(m.id)}
              aria-label={m.title}
              aria-describedby={`method-${m.id}`}
              onChange={(e) => {
                const next = new Set(chosen);
                if (e.target.checked) next.add(m.id);
                else next.delete(m.id);
                onChange(next);
              }}
              className="mt-0.5 size-4 shrink-0 accent-accent-fill"
            />
            <span className="min-w-0">
              <span className="flex flex-wrap items-center gap-2 font-medium">
                {m.title}
                {m.id === "poll" && <Tag>recommended</Tag>}
              </span>
              <span id={`method-${m.id}`} className="block text-sm text-muted">
                {m.text}
              </span>
            </span>
          </label>
        ))}
      </div>
      {(error || chosen.size === 0) && (
        <p role={error ? "alert" : undefined} className="mt-1 text-xs text-bad">
          {error ?? "Choose at least one."}
        </p>
      )}
    </fieldset>
  );
}
