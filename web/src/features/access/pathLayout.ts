// Paths as one picture: what is shown of them, and where each thing stands.

/** A step of a path, as the picture needs it. */
export type Step = { from: string; to: string };

/** Where something stands: how many steps from the start, and which of those that are so far away. */
export type Place = { key: string; depth: number; row: number };

export type Layout<S extends Step> = {
  places: Place[];
  steps: S[];
  /** How many columns, and the most that stand in one. */
  depth: number;
  rows: number;
  /** What has steps that are not shown, with how many. */
  closed: Map<string, number>;
};

/**
 * Lays out what is open of some paths. Something that is open shows where it
 * leads; where several ways lead to one thing, it stands behind the longest, so
 * that all steps go on and none goes back.
 */
export function layout<S extends Step>(start: string, steps: S[], open: ReadonlySet<string>): Layout<S> {
  const all = unique(steps);
  const out = new Map<string, S[]>();
  for (const s of all) out.set(s.from, [...(out.get(s.from) ?? []), s]);
  const shown: S[] = [];
  const seen = new Set([start]);
  const waiting = [start];
  for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
    if (!open.has(key)) continue;
    for (const s of out.get(key) ?? []) {
      shown.push(s);
      if (!seen.has(s.to)) {
        seen.add(s.to);
        waiting.push(s.to);
      }
    }
  }
  const depth = depths(start, shown);
  const columns = arranged([...seen], depth, shown);
  const closed = new Map<string, number>();
  for (const key of seen) {
    const n = out.get(key)?.length ?? 0;
    if (n > 0 && !open.has(key)) closed.set(key, n);
  }
  return {
    places: columns.flatMap((list, d) => list.map((key, row) => ({ key, depth: d, row }))),
    steps: shown,
    depth: columns.length,
    rows: Math.max(1, ...columns.map((c) => c.length)),
    closed,
  };
}

function unique<S extends Step>(steps: S[]): S[] {
  const seen = new Map<string, S>();
  for (const s of steps) {
    const key = `${s.from}\n${s.to}`;
    if (!seen.has(key)) seen.set(key, s);
  }
  return [...seen.values()];
}

/** The longest way to each, as far as that goes without a circle. */
function depths(start: string, steps: Step[]): Map<string, number> {
  const depth = new Map([[start, 0]]);
  const most = new Set(steps.flatMap((s) => [s.from, s.to])).size;
  for (let round = 0; round < most; round++) {
    let moved = false;
    for (const s of steps) {
      const next = (depth.get(s.from) ?? 0) + 1;
      if (depth.has(s.from) && next > (depth.get(s.to) ?? -1) && next < most && s.to !== start) {
        depth.set(s.to, next);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return depth;
}

/** The columns, each in the order of what leads there, so that steps cross little. */
function arranged(keys: string[], depth: Map<string, number>, steps: Step[]): string[][] {
  const columns: string[][] = [];
  const row = new Map<string, number>();
  const deepest = Math.max(0, ...keys.map((k) => depth.get(k) ?? 0));
  for (let d = 0; d <= deepest; d++) {
    const here = keys.filter((k) => (depth.get(k) ?? 0) === d);
    const middle = (k: string) => {
      const from = steps.filter((s) => s.to === k && row.has(s.from)).map((s) => row.get(s.from) ?? 0);
      return from.length === 0 ? 0 : from.reduce((a, b) => a + b, 0) / from.length;
    };
    const list = here.toSorted((a, b) => middle(a) - middle(b));
    list.forEach((k, i) => {
      row.set(k, i);
    });
    if (list.length > 0) columns.push(list);
  }
  return columns;
}

/** All that has steps: with these open, nothing is hidden. */
export function allOpen(steps: Step[]): Set<string> {
  return new Set(steps.map((s) => s.from));
}

/** What is opened next, where one goes step by step: all that is shown and closed. */
export function oneFurther<S extends Step>(l: Layout<S>, open: ReadonlySet<string>): Set<string> {
  return new Set([...open, ...l.closed.keys()]);
}
