import { clsx } from "clsx";
import { Check, ChevronDown, X } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Popover } from "./Popover.tsx";
import { count } from "./time.ts";

export type FacetOption = {
  value: string;
  label: string;
  mark?: ReactNode;
  count?: number;
  /** What the label does not say, where there is room. */
  note?: string;
  /** Options of one group follow each other, below its name. */
  group?: string;
};

/** A filter by one or more values, each with how many there are. Set, it is a chip that can be taken off. */
export function Facet({
  name,
  options,
  chosen,
  onChange,
}: {
  name: string;
  options: FacetOption[];
  chosen: string[];
  onChange: (values: string[]) => void;
}) {
  const on = chosen.length > 0;
  const labels = chosen.map((v) => options.find((o) => o.value === v)?.label ?? v);
  const flip = (v: string) => onChange(chosen.includes(v) ? chosen.filter((c) => c !== v) : [...chosen, v]);
  return (
    <span
      className={clsx(
        "inline-flex h-8 max-w-full items-center rounded-md text-sm pointer-coarse:h-10",
        on ? "bg-accent-soft" : "border border-edge/50 bg-surface",
      )}
    >
      <Popover
        label={name}
        className="max-h-96 w-72 overflow-y-auto p-1"
        trigger={
          <button
            type="button"
            className="inline-flex h-full min-w-0 items-center gap-1.5 rounded-md px-2.5 hover:bg-hover"
          >
            <span className={on ? "text-muted" : undefined}>{on ? `${name}:` : name}</span>
            {on ? (
              <span className="min-w-0 truncate font-medium">{shortened(labels)}</span>
            ) : (
              <ChevronDown size={14} aria-hidden className="shrink-0 text-faint" />
            )}
          </button>
        }
      >
        {options.length === 0 && <div className="px-2 py-1.5 text-muted">Nothing to choose from.</div>}
        {options.map((o, i) => {
          const is = chosen.includes(o.value);
          return (
            <Fragment key={o.value}>
              {o.group && o.group !== options[i - 1]?.group && (
                <div className="px-2 pt-2 pb-1 text-xs text-faint first:pt-1">{o.group}</div>
              )}
              <button
                type="button"
                role="menuitemcheckbox"
                aria-checked={is}
                onClick={() => flip(o.value)}
                className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover pointer-coarse:min-h-11"
              >
                <span
                  aria-hidden
                  className={clsx(
                    "flex size-4 shrink-0 items-center justify-center rounded-sm border",
                    is ? "border-transparent bg-accent-fill text-on-accent" : "border-edge",
                  )}
                >
                  {is && <Check size={12} strokeWidth={3} />}
                </span>
                <span className="min-w-0 flex-1 truncate" title={o.note}>
                  {o.mark ?? o.label}
                  {o.note && <span className="text-muted"> {o.note}</span>}
                </span>
                {o.count !== undefined && <span className="text-sm text-muted tabular-nums">{count(o.count)}</span>}
              </button>
            </Fragment>
          );
        })}
      </Popover>
      {on && (
        <Button
          look="quiet"
          size="sm"
          icon={<X size={13} />}
          aria-label={`Remove the filter ${name}`}
          onClick={() => onChange([])}
        />
      )}
    </span>
  );
}

function shortened(labels: string[]): string {
  return labels.length > 2 ? `${labels.slice(0, 2).join(", ")} and ${labels.length - 2} more` : labels.join(", ");
}
