import { useRef, useState } from "react";

/**
 * The rows that a list shows when its newest state has come: what is there is as it is now, and what is new waits where
 * the list is held, so that nothing moves under the reader's eyes. What is shown keeps its place while it is held.
 */
export function steady<T>(
  shown: string[],
  now: T[],
  key: (t: T) => string,
  held: boolean,
): { rows: T[]; waiting: number } {
  if (!held || shown.length === 0) return { rows: now, waiting: 0 };
  const known = new Set(shown);
  const last = now.findLastIndex((t) => known.has(key(t)));
  // What comes behind all that is shown was loaded on, and moves nothing.
  const rest = now.slice(last + 1);
  const byKey = new Map(now.map((t) => [key(t), t]));
  const kept = shown.flatMap((k) => byKey.get(k) ?? []);
  const fresh = now.slice(0, last + 1).filter((t) => !known.has(key(t)));
  return { rows: [...kept, ...rest], waiting: fresh.length };
}

/** A list that holds still while somebody works in it. `of` names what list it is: another one starts anew. */
export function useSteady<T>(items: T[] | undefined, key: (t: T) => string, of: string, held: () => boolean) {
  const shown = useRef<{ of: string; keys: string[] }>({ of, keys: [] });
  const last = useRef<{ items: T[] | undefined; of: string; let: number; rows: T[] | undefined; waiting: number }>(
    undefined,
  );
  const [let_, setLet] = useState(0);
  if (!last.current || last.current.items !== items || last.current.of !== of || last.current.let !== let_) {
    const anew = shown.current.of !== of || last.current?.let !== let_;
    const got = items ? steady(anew ? [] : shown.current.keys, items, key, held()) : { rows: undefined, waiting: 0 };
    if (got.rows) shown.current = { of, keys: got.rows.map(key) };
    last.current = { items, of, let: let_, ...got };
  }
  return { rows: last.current.rows, waiting: last.current.waiting, letIn: () => setLet((n) => n + 1) };
}
