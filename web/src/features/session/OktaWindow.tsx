import { ShieldCheck } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../../kit/Button.tsx";

type Props = {
  /** Where the sign-in begins; it ends at /proved. */
  to: string;
  /** Of the window. */
  name: string;
  /** Looks whether it is done, again and again while the window is open. */
  look: () => Promise<void>;
  /** What leaves it, in words, and what happens then. */
  leave: string;
  onLeave: () => void;
  children: ReactNode;
};

const pause = 1_500;

/** A sign-in at the organization's Okta in a window of its own, for which the page waits. */
export function OktaWindow({ to, name, look, leave, onLeave, children }: Props) {
  const [open, setOpen] = useState(false);
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!open) return;
    let timer: ReturnType<typeof setTimeout>;
    const again = async () => {
      await latest.current();
      timer = setTimeout(again, pause);
    };
    timer = setTimeout(again, pause);
    return () => clearTimeout(timer);
  }, [open]);
  return (
    <div className="flex flex-col gap-4">
      <p>{children}</p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onLeave}>{leave}</Button>
        <Button
          look="primary"
          icon={<ShieldCheck size={15} />}
          busy={open}
          onClick={() => {
            window.open(to, name, "popup,width=560,height=720");
            setOpen(true);
          }}
        >
          {open ? "Waiting for Okta" : "Sign in with Okta"}
        </Button>
      </div>
      {open && (
        <p className="text-sm text-muted">
          No window?{" "}
          <a href={to} target="_blank" rel="noreferrer" className="text-accent underline">
            Open it here
          </a>
          .
        </p>
      )}
    </div>
  );
}
