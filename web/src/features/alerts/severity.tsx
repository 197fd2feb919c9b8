import { clsx } from "clsx";
import { ChevronDown, Diamond, Info, type LucideIcon, OctagonAlert, TriangleAlert } from "lucide-react";
import type { Severity } from "./alert.ts";

export const severities: Record<Severity, { label: string; icon: LucideIcon; text: string }> = {
  critical: { label: "Critical", icon: OctagonAlert, text: "text-critical" },
  high: { label: "High", icon: TriangleAlert, text: "text-high" },
  medium: { label: "Medium", icon: Diamond, text: "text-medium" },
  low: { label: "Low", icon: ChevronDown, text: "text-low" },
  informational: { label: "Info", icon: Info, text: "text-muted" },
};

/** The severities, the worst first. */
export const severityList = Object.keys(severities) as Severity[];

/** How bad something is: a shape, a word and a colour that mean nothing else. */
export function SeverityMark({ severity, strong }: { severity: Severity; strong?: boolean }) {
  const s = severities[severity];
  return (
    <span className={clsx("inline-flex items-center gap-1.5 align-middle whitespace-nowrap", s.text)}>
      <s.icon size={15} strokeWidth={2.25} aria-hidden className="shrink-0" />
      <span className={strong ? "font-semibold" : "font-medium"}>{s.label}</span>
    </span>
  );
}
