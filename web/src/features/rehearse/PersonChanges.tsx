import { clsx } from "clsx";
import { ArrowRight } from "lucide-react";
import { Moment } from "./Moment.tsx";
import type { Difference } from "./sandbox.ts";

/** A person before and after; what has changed stands out. */
export function PersonChanges({ name, changes }: { name: string; changes: Difference[] }) {
  return (
    <section aria-label={`${name}, before and after`} className="overflow-clip rounded-lg border bg-surface">
      <h4 className="border-b bg-sunken px-3 py-2 font-medium">{name}</h4>
      <dl className="py-1 text-sm">
        {changes.map((d) => (
          <div key={d.name} className={clsx("flex items-baseline gap-3 px-3 py-1", d.changed && "arrive")}>
            <dt className="w-30 shrink-0 text-muted">{d.name}</dt>
            <dd className="min-w-0 flex-1 break-words">
              {d.changed && (
                <>
                  <span className="text-muted">{d.before ? <Moment text={d.before} /> : "none"}</span>
                  <ArrowRight size={13} aria-label="is now" className="mx-1.5 inline text-accent" />
                </>
              )}
              <span className={d.changed ? "font-medium" : "text-muted"}>
                {d.after ? <Moment text={d.after} /> : "none"}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
