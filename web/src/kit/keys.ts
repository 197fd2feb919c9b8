// Keys of the console: single ones, such as "j", and two in a row, such as "g f".
import { useEffect, useRef, useSyncExternalStore } from "react";

export type Binding = {
  keys: string; // "j", "g f", "Mod+k", "?"
  label: string;
  group: string;
  run: () => void;
  /** It works while one types, and over dialogs. */
  always?: boolean;
};

let bindings: readonly Binding[] = [];
const watchers = new Set<() => void>();

function replace(next: readonly Binding[]) {
  bindings = next;
  for (const w of watchers) w();
}

/** What is bound now, for the page that shows it. */
export function useBindings(): readonly Binding[] {
  return useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => bindings,
  );
}

/** Binds keys while the component is there. Those bound later come first. */
export function useKeys(wanted: Binding[]) {
  const latest = useRef(wanted);
  latest.current = wanted;
  const signature = wanted.map((b) => `${b.keys}\0${b.label}\0${b.group}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature says when the keys change; what they do is read when pressed
  useEffect(() => {
    const mine = latest.current.map((b, i): Binding => ({ ...b, run: () => latest.current[i]?.run() }));
    replace([...mine, ...bindings]);
    return () => replace(bindings.filter((b) => !mine.includes(b)));
  }, [signature]);
}

const pause = 1_000;
let before: { key: string; at: number } | null = null;

/** The binding that a key press means, given the one before. Exported for its test. */
export function match(all: readonly Binding[], key: string, first: string | null): Binding | "first" | null {
  if (first !== null) {
    const two = all.find((b) => b.keys === `${first} ${key}`);
    if (two) return two;
  }
  const one = all.find((b) => b.keys === key);
  if (one) return one;
  return all.some((b) => b.keys.startsWith(`${key} `)) ? "first" : null;
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;
}

/** Handles a key press anywhere on the page. */
export function onKeyDown(e: KeyboardEvent) {
  if (e.defaultPrevented || e.altKey || e.isComposing) return;
  const mod = e.metaKey || e.ctrlKey;
  const key = mod ? `Mod+${e.shiftKey ? "Shift+" : ""}${e.key.toLowerCase()}` : e.key;
  const free = !typing(e.target) && !dialogOpen();
  const usable = free ? bindings : bindings.filter((b) => b.always);
  const first = before && e.timeStamp - before.at < pause ? before.key : null;
  const hit = match(usable, key, free ? first : null);
  before = hit === "first" ? { key, at: e.timeStamp } : null;
  if (hit === null) return;
  e.preventDefault();
  if (hit !== "first") hit.run();
}
