import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";

/** How bad it is. Only what somebody should look at has a colour. */
export type Tone = "plain" | "quiet" | "live" | "warn" | "bad";

const tones: Record<Tone, string> = {
  plain: "text-ink",
  quiet: "text-faint",
  live: "text-accent",
  warn: "text-warn",
  bad: "text-bad",
};

/** Where something stands: a picture and a word, never a colour alone. */
export function State({
  icon: Icon,
  tone = "plain",
  label,
  spin,
  strong,
}: {
  icon: LucideIcon;
  tone?: Tone;
  label: string;
  spin?: boolean;
  strong?: boolean;
}) {
  return (
    <span
      className={clsx(
        "inline-flex min-w-0 items-center gap-1.5 align-middle whitespace-nowrap",
        tones[tone],
        strong && "font-medium",
      )}
    >
      <Icon
        size={15}
        strokeWidth={2}
        aria-hidden
        className={clsx("shrink-0", spin && "animate-spin [animation-duration:2s]")}
      />
      <span className="truncate">{label}</span>
    </span>
  );
}

/** A small word in a frame: a kind, a version, a mark. */
export function Tag({ children, tone = "quiet", title }: { children: React.ReactNode; tone?: Tone; title?: string }) {
  return (
    <span
      title={title}
      className={clsx(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm border px-1.5 text-xs whitespace-nowrap",
        tone === "warn" && "border-warn-line bg-warn-soft text-warn",
        tone === "bad" && "border-bad-line bg-bad-soft text-bad",
        tone === "live" && "border-transparent bg-accent-soft text-accent",
        (tone === "quiet" || tone === "plain") && "text-muted",
      )}
    >
      {children}
    </span>
  );
}
