import { useSyncExternalStore } from "react";

let shown = false;
const watchers = new Set<() => void>();

/** Opens or closes the page of keys. */
export function showKeys(s: boolean) {
  shown = s;
  for (const w of watchers) w();
}

export function useKeysShown(): boolean {
  return useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => shown,
  );
}
