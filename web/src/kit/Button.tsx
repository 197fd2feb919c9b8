import { clsx } from "clsx";
import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

type Look = "primary" | "plain" | "quiet";

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: Look;
  size?: "sm" | "md";
  icon?: ReactNode;
  /** Work is under way: the button keeps its place and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

const looks: Record<Look, string> = {
  primary: "bg-accent-fill text-on-accent hover:bg-accent-fill-hover border-transparent",
  plain: "bg-surface hover:bg-hover border-edge/50 text-ink",
  quiet: "border-transparent text-muted hover:bg-hover hover:text-ink",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: Look = "plain", size: "sm" | "md" = "md", iconOnly = false) {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none",
    "disabled:opacity-55 aria-disabled:opacity-55",
    size === "sm" ? "h-7 text-sm pointer-coarse:h-9" : "h-8 text-base pointer-coarse:h-10",
    iconOnly
      ? size === "sm"
        ? "w-7 pointer-coarse:w-9"
        : "w-8 pointer-coarse:w-10"
      : size === "sm"
        ? "px-2.5"
        : "px-3",
    looks[look],
  );
}

export function Button({
  look,
  size,
  icon,
  busy,
  children,
  className,
  disabled,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(buttonClass(look, size, !children), className)}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      {...rest}
      onClick={busy ? (e) => e.preventDefault() : rest.onClick}
    >
      {busy ? <LoaderCircle size={15} className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}
