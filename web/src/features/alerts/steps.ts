// The steps of a response that are done. They are comments of their own form, so
// that all who work on the alert see them, and who did them when.
import type { Entry } from "./alert.ts";

const form = /^\[([x ])\] (.+)$/s;

/** The comment that says that a step is done, or that it is not. */
export function stepComment(step: string, done: boolean): string {
  return `[${done ? "x" : " "}] ${step}`;
}

/** What a comment says of a step; nothing where it is another comment. */
export function stepOf(text: string | undefined): { step: string; done: boolean } | undefined {
  const m = form.exec(text ?? "");
  return m?.[2] ? { step: m[2], done: m[1] === "x" } : undefined;
}

/** The entries that say last that a step is done, by step. */
export function stepsDone(timeline: Entry[]): Map<string, Entry> {
  const out = new Map<string, Entry>();
  for (const e of timeline) {
    const s = e.kind === "comment" ? stepOf(e.text) : undefined;
    if (s?.done) out.set(s.step, e);
    else if (s) out.delete(s.step);
  }
  return out;
}
