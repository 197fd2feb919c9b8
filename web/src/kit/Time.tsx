import { useSyncExternalStore } from "react";
import { preference, usePreference } from "./preference.ts";
import { absolute, clockTime, dated, duration, relative, type Zone } from "./time.ts";

/** Whether times are shown in the viewer's zone, as how long ago, or in UTC. */
export const zonePreference = preference<Zone>("zone", ["local", "utc"], "local");

let now = new Date();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(fn: () => void) {
  watchers.add(fn);
  if (!timer) now = new Date(); // nobody has looked for a while
  timer ??= setInterval(() => {
    now = new Date();
    for (const w of watchers) w();
  }, 5_000);
  return () => {
    watchers.delete(fn);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, every five seconds. */
export function useNow(): Date {
  return useSyncExternalStore(watch, () => now);
}

/** When something was: how long ago, with the absolute time on hover. */
export function Time({ at, exact }: { at: string | Date; exact?: boolean }) {
  const [zone] = usePreference(zonePreference);
  const current = useNow();
  const when = typeof at === "string" ? new Date(at) : at;
  // A thing that has just happened is not in the future because the tick is old.
  const reference = when > current && when.getTime() - current.getTime() < 5_000 ? when : current;
  const shown = exact
    ? clockTime(when, zone)
    : zone === "utc"
      ? dated(when, reference, "utc")
      : relative(when, reference);
  return (
    <time
      dateTime={when.toISOString()}
      title={`${absolute(when, "local")}\n${absolute(when, "utc")}`}
      className="whitespace-nowrap"
    >
      {shown}
    </time>
  );
}

/** How long something took; while it goes on, how long it has. */
export function Duration({ from, to }: { from?: string; to?: string }) {
  const current = useNow();
  if (!from) return null;
  const ms = (to ? new Date(to) : current).getTime() - new Date(from).getTime();
  return <span className="whitespace-nowrap">{duration(Math.max(0, ms))}</span>;
}
