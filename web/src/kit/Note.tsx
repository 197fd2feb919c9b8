import { clsx } from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const looks = {
  info: { icon: Info, box: "border-line bg-sunken", mark: "text-muted" },
  warn: { icon: TriangleAlert, box: "border-warn-line bg-warn-soft", mark: "text-warn" },
  bad: { icon: CircleAlert, box: "border-bad-line bg-bad-soft", mark: "text-bad" },
};

/** Something to know about what stands below it. */
export function Note({
  tone = "info",
  title,
  children,
  action,
}: {
  tone?: "info" | "warn" | "bad";
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const { icon: Icon, box, mark } = looks[tone];
  return (
    <div
      role={tone === "info" ? undefined : "status"}
      className={clsx("flex items-start gap-2.5 rounded-md border px-3 py-2", box)}
    >
      <Icon size={16} aria-hidden className={clsx("mt-0.5 shrink-0", mark)} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title && <div className="font-medium">{title}</div>}
        {children && <div className={clsx(title && "text-sm text-muted")}>{children}</div>}
      </div>
      {action}
    </div>
  );
}
