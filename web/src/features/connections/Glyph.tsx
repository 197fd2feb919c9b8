import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";

/** A connector's or card's mark, in its square. */
export function Glyph({ icon: Icon, size = "md", title }: { icon: LucideIcon; size?: "sm" | "md"; title?: string }) {
  return (
    <span
      title={title}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center rounded-md border bg-sunken text-muted",
        size === "sm" ? "size-6" : "size-8",
      )}
    >
      <Icon size={size === "sm" ? 14 : 17} aria-hidden={!title} aria-label={title} />
    </span>
  );
}
