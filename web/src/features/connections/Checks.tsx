import { CircleCheck, CircleX } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";

/** The steps of a connection's test. */
export function Checks({ checks, title }: { checks: components["schemas"]["ConnectionCheck"][]; title?: string }) {
  return (
    <div role="status" className="rounded-md border">
      {title && <div className="border-b px-3 py-2 font-medium">{title}</div>}
      <ul className="divide-y">
        {checks.map((c) => (
          <li key={c.action} className="flex items-start gap-2 px-3 py-2">
            {c.ok ? (
              <CircleCheck size={15} aria-label="Works" className="mt-0.5 shrink-0 text-muted" />
            ) : (
              <CircleX size={15} aria-label="Does not work" className="mt-0.5 shrink-0 text-bad" />
            )}
            <div className="min-w-0">
              <div>{c.title || c.action}</div>
              {c.message && (
                <div className={c.ok ? "text-sm wrap-anywhere text-muted" : "text-sm wrap-anywhere text-bad"}>
                  {c.message}
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
