import { clsx } from "clsx";
import { type LiveState, useLiveState } from "../api/live.ts";
import { useEnded } from "../features/session/session.ts";

const words: Record<LiveState, string> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost, trying again",
  catching_up: "Connected again, catching up",
};

const short: Record<LiveState, string> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost",
  catching_up: "Catching up",
};

/** Whether what is shown is up to date. */
export function LiveMark({ compact }: { compact?: boolean }) {
  const state = useLiveState();
  return (
    <span
      role="status"
      title={words[state]}
      className={clsx("inline-flex items-center gap-2 text-sm", state === "lost" ? "text-warn" : "text-muted")}
    >
      <span
        aria-hidden
        className={clsx(
          "size-2 shrink-0 rounded-full",
          state === "live" && "bg-accent",
          state === "lost" && "border-2 border-warn",
          (state === "connecting" || state === "catching_up") && "breathe bg-edge",
        )}
      />
      <span className={compact ? "sr-only" : undefined}>{short[state]}</span>
    </span>
  );
}

/** Above the page while what it shows may be old. */
export function LostBar() {
  const state = useLiveState();
  const ended = useEnded(); // that is said over the page, and what there is to do about it
  if (ended) return null;
  if (state !== "lost" && state !== "catching_up") return null;
  return (
    <div
      role="status"
      className="flex min-h-8 items-center justify-center gap-2 border-b border-warn-line bg-warn-soft px-4 py-1 text-center text-sm text-warn"
    >
      {state === "lost" ? "Connection lost. What you see may be old; trying again." : "Connected again. Catching up."}
    </div>
  );
}
