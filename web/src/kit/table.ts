import type { ReactNode } from "react";

/** A column of a list. On a phone, where rows are cards, phone says where it goes. */
export type Column<T> = {
  id: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** CSS width; those without one share what is left. */
  width?: string;
  right?: boolean;
  /** It can be sorted by. */
  sort?: boolean;
  /** Its title is for readers only. */
  hideTitle?: boolean;
  phone?: "title" | "aside" | "line" | "none";
  /** On a phone its title stands before the value, which says too little alone. */
  named?: boolean;
  /** It is left out where the page is narrower than this many pixels. */
  from?: 768 | 1024 | 1280 | 1536;
};

export type Sort = { by: string; down: boolean };

/** Columns without some of them. Where all that are left have a width, one takes the room that is over. */
export function columnsWithout<T>(columns: Column<T>[], without: string[], rest: string): Column<T>[] {
  const shown = columns.filter((c) => !without.includes(c.id));
  if (shown.some((c) => !c.width)) return shown;
  return shown.map((c) => (c.id === rest ? { ...c, width: undefined } : c));
}

export const rowHeight = 36;

/** The row that a step leads to, within the list. */
export function step(current: number, by: number, length: number): number {
  if (length === 0) return -1;
  if (current < 0) return by > 0 ? 0 : length - 1;
  return Math.min(length - 1, Math.max(0, current + by));
}

/** The selection after a row was switched; with shift, all from the one switched before. */
export function toggle(selected: ReadonlySet<string>, keys: string[], at: number, from: number | null): Set<string> {
  const next = new Set(selected);
  const key = keys[at];
  if (key === undefined) return next;
  const on = !next.has(key);
  const [lo, hi] = from === null ? [at, at] : [Math.min(at, from), Math.max(at, from)];
  for (const k of keys.slice(lo, hi + 1)) {
    if (on) next.add(k);
    else next.delete(k);
  }
  return next;
}

/** What a list in rows or cards is made of. */
export type DataTableProps<T> = {
  label: string;
  columns: Column<T>[];
  /** Undefined while they are on their way. */
  rows: T[] | undefined;
  rowKey: (row: T) => string;
  rowName: (row: T) => string;
  onOpen?: (row: T) => void;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (keys: Set<string>) => void;
  /** Shows that the list goes on, and gets the rest. */
  more?: { has: boolean; busy: boolean; load: () => void };
  empty?: ReactNode;
  /** Rows that arrived while one watched. */
  fresh?: ReadonlySet<string>;
  /** The row that something beside the list shows. */
  marked?: string;
};
