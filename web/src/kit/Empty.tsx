import type { ReactNode } from "react";

/** What a list is for, when it has nothing to show: one sentence, one button, one link. */
export function Empty({
  icon,
  title,
  children,
  action,
  link,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  link?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-6 py-14 text-center">
      {icon && <div className="mb-1 text-faint">{icon}</div>}
      <h2 className="text-base">{title}</h2>
      {children && <p className="max-w-[52ch] text-sm text-pretty text-muted">{children}</p>}
      {(action || link) && (
        <div className="mt-3 flex flex-wrap items-center justify-center gap-x-4 gap-y-2">
          {action}
          {link}
        </div>
      )}
    </div>
  );
}
