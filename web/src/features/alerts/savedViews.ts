import { useSyncExternalStore } from "react";
import type { AlertSearch } from "./filter.ts";

export type SavedView = { name: string; search: AlertSearch };

const key = "sallyport.alert-views";
const watchers = new Set<() => void>();
let views = kept();

function kept(): SavedView[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(all) ? all.filter((v) => typeof v?.name === "string" && typeof v.search === "object") : [];
  } catch {
    return []; // Storage may be forbidden, or hold something else.
  }
}

function keep(next: SavedView[]) {
  views = next;
  try {
    localStorage.setItem(key, JSON.stringify(next));
  } catch {
    // As above: they then last as long as the page.
  }
  for (const w of watchers) w();
}

/** The views that somebody has saved in this browser. */
export function useSavedViews() {
  const saved = useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => views,
  );
  return {
    saved,
    save: (v: SavedView) => keep([...views.filter((o) => o.name !== v.name), v]),
    remove: (name: string) => keep(views.filter((o) => o.name !== name)),
  };
}
