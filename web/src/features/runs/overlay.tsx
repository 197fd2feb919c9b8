import type { components } from "../../api/schema.gen.ts";
import { duration } from "../../kit/time.ts";
import type { Overlay } from "../flows/picture/nodes.tsx";
import { type StepState, stepLook } from "./runState.tsx";

export type Step = components["schemas"]["Step"];

/** How bad a state is: the worst of a card's rounds is shown on it. */
const gravity: StepState[] = ["done", "dry_run", "started", "again", "retrying", "refused", "unknown", "failed"];

/** The worst of some steps. */
export function worst(steps: Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (w, s) => (!w || gravity.indexOf(s.state) > gravity.indexOf(w.state) ? s : w),
    undefined,
  );
}

/**
 * The call that a step is part of: the path of the card that called its flow, or nothing for the run's own flow.
 * A call that is under way has no step of its own yet; then it is known by the flow.
 */
function callOf(s: Step, byPath: ReadonlyMap<string, Step>, runFlow: string): string {
  const parts = s.path.split("/");
  for (let n = parts.length - 1; n > 0; n--) {
    const path = parts.slice(0, n).join("/");
    if (byPath.get(path)?.kind === "call") return path;
  }
  return s.flow.id === runFlow ? "" : `=${s.flow.id}`;
}

/** The steps of each call, by what {@link callOf} says. */
export function byCall(steps: Step[], runFlow: string): Map<string, Step[]> {
  const byPath = new Map(steps.map((s) => [s.path, s]));
  const out = new Map<string, Step[]>();
  for (const s of steps) {
    const call = callOf(s, byPath, runFlow);
    const list = out.get(call);
    if (list) list.push(s);
    else out.set(call, [s]);
  }
  return out;
}

/** One call of a flow in a run: the run's own flow, or one that a card called. */
export type Call = { flow: Step["flow"]; version: number; call: string; by?: Step };

/** The calls around a step, the run's own flow first. */
export function trailOf(
  run: { flow: Step["flow"]; version: number },
  steps: Step[],
  current: Step | undefined,
): [Call, ...Call[]] {
  const byPath = new Map(steps.map((s) => [s.path, s]));
  const inner: Call[] = [];
  for (let s = current; s; ) {
    const call = callOf(s, byPath, run.flow.id);
    if (call === "") break;
    const by = byPath.get(call);
    inner.unshift({ flow: s.flow, version: s.version, call, by });
    s = by;
  }
  return [{ flow: run.flow, version: run.version, call: "" }, ...inner];
}

/** The steps of one call, by card. */
export function byCard(steps: Step[]): Map<string, Step[]> {
  const out = new Map<string, Step[]>();
  for (const s of steps) {
    const list = out.get(s.card);
    if (list) list.push(s);
    else out.set(s.card, [s]);
  }
  return out;
}

/** Steps that acted outside, with the time at which the ledger says that they began. */
export function timed(steps: Step[], actions: components["schemas"]["Action"][]): Step[] {
  const began = new Map(actions.map((a) => [a.id, a.startedAt]));
  return steps.map((s) => {
    const at = s.action && began.get(s.action);
    return at && at < s.startedAt ? { ...s, startedAt: at } : s;
  });
}

/** How long a step took, as a text. */
export function tookOf(s: Step): string {
  if (!s.endedAt) return "";
  const ms = new Date(s.endedAt).getTime() - new Date(s.startedAt).getTime();
  return duration(Math.max(0, ms));
}

/** What is shown on the cards of a flow about one call of it. */
export function overlaysOf(steps: Step[]): Map<string, Overlay> {
  const out = new Map<string, Overlay>();
  for (const [card, list] of byCard(steps)) {
    const w = worst(list);
    if (w) out.set(card, overlayOf(w, list));
  }
  return out;
}

const tones = {
  plain: "text-muted",
  quiet: "text-faint",
  live: "text-accent",
  warn: "text-warn",
  bad: "text-bad",
} as const;

function overlayOf(w: Step, list: Step[]): Overlay {
  const s = stepLook(w);
  const said = w.error || (w.state === "dry_run" ? "" : w.reason);
  const parts = [
    list.length > 1 ? `${list.length} rounds` : tookOf(w),
    w.attempt > 1 ? `attempt ${w.attempt}` : "",
  ].filter(Boolean);
  return {
    tone: s.tone === "bad" ? "bad" : s.tone === "warn" ? "warn" : "plain",
    mark: (
      <s.icon
        size={16}
        aria-label={s.label}
        className={`shrink-0 ${tones[s.tone]} ${s.spin ? "animate-spin [animation-duration:2s]" : ""}`}
      />
    ),
    line: (
      <>
        <span className={tones[s.tone]}>{s.label}</span>
        <span className="shrink-0">{parts.join(", ")}</span>
        {said && <span className={`truncate ${tones[s.tone]}`}>{said}</span>}
      </>
    ),
  };
}

/** The step that somebody who opens a run wants to see first: the one that failed, or none. */
export function firstToSee(steps: Step[]): Step | undefined {
  return (
    steps.find((s) => s.state === "failed") ??
    steps.find((s) => s.state === "unknown") ??
    steps.find((s) => s.state === "refused") ??
    steps.find((s) => s.kind === "fail" && stepLook(s).tone === "bad")
  );
}

/** The round that a step belongs to, from its path: "each_user#3/tell" is round 3. */
export function roundOf(path: string): number | undefined {
  const found = [...path.matchAll(/#(\d+)/g)].at(-1);
  return found ? Number(found[1]) : undefined;
}

/** A time that texts can be compared by: fractions of a second in one length. */
function comparable(time: string): string {
  const [head = "", fraction = ""] = time.replace(/Z$/, "").split(".");
  return `${head}.${fraction.padEnd(9, "0")}`;
}

/** Steps in the order in which they were begun: an if before what is in it. */
export function inOrder(steps: Step[]): Step[] {
  return steps.toSorted(
    (a, b) => comparable(a.startedAt).localeCompare(comparable(b.startedAt)) || depth(a) - depth(b) || a.seq - b.seq,
  );
}

function depth(s: Step): number {
  return s.path.split("/").length;
}
