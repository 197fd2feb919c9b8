import { CircleAlert, CircleCheck, X } from "lucide-react";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { Button } from "./Button.tsx";

export type ToastInput = {
  title: string;
  detail?: ReactNode;
  tone?: "plain" | "bad";
  action?: { label: string; run: () => void };
};

type Entry = ToastInput & { id: number };

let entries: Entry[] = [];
let lastId = 0;
const watchers = new Set<() => void>();

function changed(next: Entry[]) {
  entries = next;
  for (const w of watchers) w();
}

/** Says what has just happened. It is for news that the page itself does not show. */
export function toast(t: ToastInput) {
  changed([...entries.slice(-2), { ...t, id: ++lastId }]);
}

function dismiss(id: number) {
  changed(entries.filter((e) => e.id !== id));
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => entries,
  );
  return (
    <section
      aria-live="polite"
      aria-label="News"
      className="pointer-events-none fixed inset-x-3 bottom-[max(0.75rem,env(safe-area-inset-bottom))] z-[70] flex flex-col items-center gap-2 max-sm:bottom-20"
    >
      {shown.map((e) => (
        <Toast key={e.id} entry={e} />
      ))}
    </section>
  );
}

function Toast({ entry }: { entry: Entry }) {
  const stays = entry.tone === "bad" || entry.action;
  useEffect(() => {
    const t = setTimeout(() => dismiss(entry.id), stays ? 12_000 : 5_000);
    return () => clearTimeout(t);
  }, [entry.id, stays]);
  const Icon = entry.tone === "bad" ? CircleAlert : CircleCheck;
  return (
    <div className="rise pointer-events-auto flex w-full max-w-sm items-start gap-2.5 rounded-lg bg-raised px-3 py-2.5 shadow-pop">
      <Icon
        size={16}
        aria-hidden
        className={entry.tone === "bad" ? "mt-0.5 shrink-0 text-bad" : "mt-0.5 shrink-0 text-muted"}
      />
      <div className="min-w-0 flex-1 wrap-anywhere">
        <div className="font-medium">{entry.title}</div>
        {entry.detail && <div className="text-sm text-muted">{entry.detail}</div>}
        {entry.action && (
          <Button
            size="sm"
            className="mt-2"
            onClick={() => {
              entry.action?.run();
              dismiss(entry.id);
            }}
          >
            {entry.action.label}
          </Button>
        )}
      </div>
      <Button
        look="quiet"
        size="sm"
        icon={<X size={14} />}
        aria-label="Dismiss"
        onClick={() => dismiss(entry.id)}
        className="-mt-0.5 -mr-1"
      />
    </div>
  );
}
