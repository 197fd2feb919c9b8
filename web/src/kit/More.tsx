import { useEffect, useRef } from "react";
import { Button } from "./Button.tsx";

/** The end of what is loaded: coming near it loads on. */
export function More({ has, busy, load }: { has: boolean; busy: boolean; load: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const el = mark.current;
    if (!el || !has || busy) return;
    const seen = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && latest.current(), {
      rootMargin: "400px",
    });
    seen.observe(el);
    return () => seen.disconnect();
  }, [has, busy]);
  if (!has) return null;
  return (
    <div ref={mark} className="flex justify-center border-t p-1.5">
      <Button look="quiet" size="sm" busy={busy} onClick={load}>
        {busy ? "Loading" : "Load more"}
      </Button>
    </div>
  );
}
