// What matters wants a fresh proof of who one is. Whoever calls the API need not
// know: the question is put over the page, and the call is made again after it.
import { useSyncExternalStore } from "react";

let asked: { promise: Promise<boolean>; answer: (proved: boolean) => void } | undefined;
const watchers = new Set<() => void>();

function changed() {
  for (const w of watchers) w();
}

/** Puts the question; true once the proof was given. Several calls share one. */
export function askProof(): Promise<boolean> {
  if (!asked) {
    let answer: (proved: boolean) => void = () => {};
    const promise = new Promise<boolean>((yes) => {
      answer = yes;
    });
    asked = { promise, answer };
    changed();
  }
  return asked.promise;
}

/** Ends the question. */
export function answerProof(proved: boolean) {
  const before = asked;
  asked = undefined;
  before?.answer(proved);
  changed();
}

export function useProofAsked(): boolean {
  return useSyncExternalStore(
    (fn) => {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
    () => asked !== undefined,
  );
}
