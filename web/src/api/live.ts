// What the server tells by itself: a stream of small messages, each saying that
// something has changed. If the stream drops, the console says so, and reads
// everything in sight again once it is back.
import { useSyncExternalStore } from "react";
import { queryClient } from "./query.ts";
import type { components } from "./schema.gen.ts";

type Topic = components["schemas"]["LiveTopic"];

/** connecting: for the first time. lost: the stream dropped. catching_up: it is back, and what was missed is read. */
export type LiveState = "connecting" | "live" | "lost" | "catching_up";

const topics: Record<Topic, true> = {
  event: true,
  run: true,
  action: true,
  source: true,
  connection: true,
  table: true,
  alert: true,
  case: true,
  rule: true,
  channel: true,
  letter: true,
  backtest: true,
  inventory: true,
  posture: true,
  remedy: true,
  lost: true,
};

/** The key of what looks whether a timeline has new lines; the lines that are shown stay until somebody asks for those. */
export const newLines = "new lines of a timeline";

/** What is out of date when something of a topic has changed, with all that lies under it; "=" before it: that alone. */
const touched: Record<Exclude<Topic, "lost">, string[]> = {
  event: ["/api/v1/events"],
  run: ["/api/v1/runs", "/api/v1/flows", "/api/v1/overview", "/api/v1/timeline", "/api/v1/alerts/{id}", newLines],
  action: ["/api/v1/actions", "/api/v1/overview", "/api/v1/timeline", "/api/v1/alerts/{id}", newLines],
  source: ["/api/v1/sources", "/api/v1/overview"],
  connection: ["/api/v1/connections"],
  table: ["/api/v1/tables"],
  alert: ["/api/v1/alerts", "/api/v1/cases", "/api/v1/risks", "/api/v1/overview", newLines],
  case: ["/api/v1/cases", "/api/v1/alerts"],
  rule: ["/api/v1/rules", "/api/v1/rulefiles", "/api/v1/suppressions"],
  channel: ["/api/v1/channels"],
  letter: ["/api/v1/letters", "/api/v1/mail", "/api/v1/overview"],
  backtest: ["/api/v1/backtests"],
  // A reading tells of itself every second; what it finds is read again once it has ended.
  inventory: ["=/api/v1/tenants", "=/api/v1/tenants/{id}", "=/api/v1/tenants/{id}/syncs"],
  posture: ["/api/v1/tenants/{id}/posture", "/api/v1/tenants/{id}/findings", "/api/v1/tenants/{id}/exceptions"],
  remedy: ["/api/v1/remedies", "/api/v1/remedy-schedules", newLines],
};

let state: LiveState = "connecting";
const stateWatchers = new Set<() => void>();

function setState(s: LiveState) {
  state = s;
  for (const w of stateWatchers) w();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (fn) => {
      stateWatchers.add(fn);
      return () => stateWatchers.delete(fn);
    },
    () => state,
  );
}

// Changes come in bursts; what they touch is read again a moment after.
const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
const moment = 250;

function touch(paths: string[]) {
  for (const p of paths) waiting.add(p);
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    const now = [...waiting];
    waiting.clear();
    void queryClient.invalidateQueries({
      predicate: (q) => typeof q.queryKey[0] === "string" && now.some((p) => under(q.queryKey[0] as string, p)),
    });
  }, moment);
}

/** Whether an address lies under another: /api/v1/runs/{id} under /api/v1/runs, and nothing but itself under =/api/v1/runs. */
function under(path: string, parent: string): boolean {
  if (parent.startsWith("=")) return path === parent.slice(1);
  return path === parent || path.startsWith(`${parent}/`);
}

async function catchUp() {
  setState("catching_up");
  await queryClient.invalidateQueries();
  if (state === "catching_up") setState("live");
}

function receive(topic: Topic) {
  if (topic === "lost") void catchUp();
  else touch(touched[topic]);
}

/** Listens until the returned function is called. */
export function listen(): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const open = () => {
    source = new EventSource("/api/v1/live");
    source.onopen = () => {
      failures = 0;
      if (state === "lost") void catchUp();
      else setState("live");
    };
    source.onerror = () => {
      // A browser gives up by itself after some answers, and hurries after
      // others; so the next try is ours.
      source?.close();
      setState("lost");
      // Streams end with their session, and do not say so: asking does.
      touch(["/api/v1/session"]);
      again = setTimeout(open, Math.min(30_000, 1_000 * 2 ** failures++) * (0.7 + Math.random() * 0.6));
    };
    for (const topic of Object.keys(topics) as Topic[]) {
      source.addEventListener(topic, () => receive(topic));
    }
  };
  const now = () => {
    if (state !== "lost") return;
    clearTimeout(again);
    failures = 0;
    source?.close();
    open();
  };
  open();
  window.addEventListener("online", now);
  document.addEventListener("visibilitychange", now);
  return () => {
    clearTimeout(again);
    source?.close();
    window.removeEventListener("online", now);
    document.removeEventListener("visibilitychange", now);
    state = "connecting";
  };
}
