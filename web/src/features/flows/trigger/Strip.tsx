import type { ReactNode } from "react";

/** A line of the panel: what it is about, and what there is. */
export function Strip({ label, children, actions }: { label: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <section
      aria-label={label}
      className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-surface px-3.5 py-2"
    >
      <h2 className="text-sm font-medium text-muted">{label}</h2>
      <div className="min-w-0 flex-1 wrap-anywhere">{children}</div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </section>
  );
}
