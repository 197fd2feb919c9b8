import * as Radix from "@radix-ui/react-popover";
import { clsx } from "clsx";
import type { ReactElement, ReactNode } from "react";

export type PopoverProps = {
  trigger: ReactElement;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  label: string;
  align?: "start" | "center" | "end";
  className?: string;
  /** Where the focus goes when it closes; otherwise to what opened it. */
  onLeave?: () => void;
};

export function Popover({
  trigger,
  children,
  open,
  onOpenChange,
  label,
  align = "start",
  className,
  onLeave,
}: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          onCloseAutoFocus={
            onLeave &&
            ((e) => {
              e.preventDefault();
              onLeave();
            })
          }
          className={clsx(
            "data-[state=open]:rise z-50 max-w-[calc(100vw-1rem)] rounded-lg bg-raised shadow-pop focus:outline-none",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
