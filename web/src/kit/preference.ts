import { useSyncExternalStore } from "react";

/** A choice of the viewer that this browser remembers. */
export type Preference<T extends string> = {
  get: () => T;
  set: (v: T) => void;
  subscribe: (fn: () => void) => () => void;
};

export function preference<T extends string>(key: string, values: readonly T[], fallback: T): Preference<T> {
  const full = `sallyport.${key}`;
  const listeners = new Set<() => void>();
  let now = fallback;
  try {
    const kept = localStorage.getItem(full);
    now = values.find((v) => v === kept) ?? fallback;
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  return {
    get: () => now,
    set: (v) => {
      now = v;
      try {
        localStorage.setItem(full, v);
      } catch {
        // As above.
      }
      for (const fn of listeners) fn();
    },
    subscribe: (fn) => {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
}

export function usePreference<T extends string>(p: Preference<T>): [T, (v: T) => void] {
  return [useSyncExternalStore(p.subscribe, p.get), p.set];
}
