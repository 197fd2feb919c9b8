import { clsx } from "clsx";
import { Check } from "lucide-react";

const names: Record<string, string> = {
  method: "How events come",
  where: "Where from",
  credential: "Credential",
  result: "Test result",
  prerequisites: "Prerequisites",
  confirm: "Confirm",
};

/** Where somebody is on the way to a confirmed source. */
export function Steps({ steps, at }: { steps: string[]; at: string }) {
  const now = steps.indexOf(at);
  return (
    <ol aria-label="Steps" className="flex gap-1 max-lg:overflow-x-auto lg:flex-col">
      {steps.map((s, i) => (
        <li
          key={s}
          aria-current={i === now ? "step" : undefined}
          className={clsx(
            "flex shrink-0 items-center gap-2.5 rounded-md px-2 py-1.5",
            i === now ? "bg-accent-soft font-medium" : "text-muted",
          )}
        >
          <span
            className={clsx(
              "flex size-5 shrink-0 items-center justify-center rounded-full border text-xs",
              i < now
                ? "border-transparent bg-accent-fill text-on-accent"
                : i === now
                  ? "border-accent"
                  : "border-edge/60",
            )}
          >
            {i < now ? <Check size={12} strokeWidth={3} aria-label="done" /> : i + 1}
          </span>
          <span className={clsx(i !== now && "max-sm:sr-only")}>{names[s]}</span>
        </li>
      ))}
    </ol>
  );
}
