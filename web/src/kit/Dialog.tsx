import * as Radix from "@radix-ui/react-dialog";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "./Button.tsx";

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence on what this is for. */
  intro?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
};

/** A question that holds everything else up. On a phone it fills the lower part of the screen. */
export function Dialog({ open, onClose, title, intro, children, footer, wide }: DialogProps) {
  const goBack = useWayBack(open);
  return (
    <Radix.Root open={open} onOpenChange={(o) => !o && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirst}
          onCloseAutoFocus={goBack}
          className={clsx(
            "rise fixed z-50 flex flex-col rounded-lg bg-raised shadow-pop focus:outline-none",
            "inset-x-0 bottom-0 max-h-[92dvh] max-sm:rounded-b-none",
            "sm:inset-auto sm:top-[8vh] sm:left-1/2 sm:max-h-[84vh] sm:-translate-x-1/2",
            wide ? "sm:w-[min(60rem,calc(100vw-3rem))]" : "sm:w-[min(34rem,calc(100vw-3rem))]",
          )}
        >
          <Head title={title} intro={intro} onClose={onClose} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && <Foot>{footer}</Foot>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Something looked at beside the page, which stays in place. */
export function Sheet({
  open,
  onClose,
  title,
  intro,
  children,
  footer,
  side = "right",
}: DialogProps & { side?: "right" | "left" }) {
  const goBack = useWayBack(open);
  return (
    <Radix.Root open={open} onOpenChange={(o) => !o && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirst}
          onCloseAutoFocus={goBack}
          className={clsx(
            "fixed inset-y-0 z-50 flex w-[min(30rem,100vw)] flex-col bg-raised shadow-pop focus:outline-none",
            side === "right" ? "slide-in right-0" : "left-0 w-[min(19rem,88vw)]",
          )}
        >
          <Head title={title} intro={intro} onClose={onClose} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && <Foot>{footer}</Foot>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Head({ title, intro, onClose }: { title: string; intro?: ReactNode; onClose: () => void }) {
  return (
    <div className="flex items-start gap-3 px-5 pt-4 pb-3">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-lg font-semibold wrap-anywhere">{title}</Radix.Title>
        {intro && <div className="mt-0.5 text-sm text-muted">{intro}</div>}
      </div>
      <Button look="quiet" size="sm" icon={<X size={16} />} aria-label="Close" onClick={onClose} className="-mr-1.5" />
    </div>
  );
}

function Foot({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      {children}
    </div>
  );
}

/** Once it is closed, the focus goes back to where it was. */
function useWayBack(open: boolean) {
  const before = useRef<Element | null>(null);
  const was = useRef(false);
  if (open && !was.current) before.current = document.activeElement;
  was.current = open;
  return (e: Event) => {
    e.preventDefault();
    // Something else may have taken it meanwhile, because it comes next.
    if (document.activeElement && document.activeElement !== document.body) return;
    if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
  };
}

/** Whoever opens a form wants to type; whoever opens anything else wants to read. */
function focusFirst(e: Event) {
  const content = e.currentTarget;
  if (!(content instanceof HTMLElement)) return;
  e.preventDefault();
  const field = content.querySelector<HTMLElement>(
    "input:not([hidden], [readonly], [type=hidden], :disabled), textarea:not(:disabled), select:not(:disabled)",
  );
  (matchMedia("(pointer: coarse)").matches ? content : (field ?? content)).focus();
}
