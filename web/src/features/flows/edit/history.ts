// The texts that a flow had while it was edited, to go back to.

export type History = {
  text: string;
  past: string[];
  future: string[];
  /** What the last change was to; further ones to the same are the same step. */
  merge?: string;
  at: number;
};

export const begin = (text: string): History => ({ text, past: [], future: [], at: 0 });

const most = 200;
/** Changes to one thing within this time, in milliseconds, are one step. */
const together = 1_500;

/** The history after a change. */
export function changed(h: History, text: string, now: number, merge?: string): History {
  if (text === h.text) return h;
  if (merge !== undefined && merge === h.merge && now - h.at < together) return { ...h, text, future: [], at: now };
  return { text, past: [...h.past.slice(-most + 1), h.text], future: [], merge, at: now };
}

export function undone(h: History): History {
  const before = h.past.at(-1);
  if (before === undefined) return h;
  return { text: before, past: h.past.slice(0, -1), future: [h.text, ...h.future], at: 0 };
}

export function redone(h: History): History {
  const [next, ...rest] = h.future;
  if (next === undefined) return h;
  return { text: next, past: [...h.past, h.text], future: rest, at: 0 };
}
