import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../../api/client.ts";
import { Failure } from "../../../api/failure.ts";
import { stale } from "../../../api/query.ts";
import type { Problem } from "../model/problems.ts";

type SaveState = "saved" | "waiting" | "saving" | "failed" | "conflict";

export type Draft = {
  state: SaveState;
  /** Something is kept beside the published version. */
  exists: boolean;
  error?: unknown;
  /** What the server says is wrong with the text that it has. */
  problems: Problem[];
  /** Keeps what is there now, and tells whether that went well. */
  flush: () => Promise<boolean>;
  /** Goes on with the text here, over what somebody else has kept. */
  overwrite: (edition: string) => void;
  /** The text is now what the server has. */
  took: (kept: { text: string; edition: string; problems: Problem[]; exists: boolean }) => void;
};

const pause = 700;
const firstRetry = 2_000;
const lastRetry = 30_000;

/** Whether the same text may well be kept in a moment: the server was busy, or was not there. */
function passing(e: unknown): boolean {
  return !(e instanceof Failure) || e.status === 0 || e.status === 429 || e.status >= 500;
}

/** Keeps a text as a flow's draft whenever it rests for a moment. */
export function useDraft(
  flow: string,
  text: string,
  initial: { edition: string; problems: Problem[]; exists: boolean },
): Draft {
  const [state, setState] = useState<SaveState>("saved");
  const [exists, setExists] = useState(initial.exists);
  const [error, setError] = useState<unknown>();
  const [problems, setProblems] = useState<Problem[]>(initial.problems);
  const kept = useRef({ text, edition: initial.edition });
  const latest = useRef(text);
  latest.current = text;
  const running = useRef<Promise<boolean>>(undefined);
  const stopped = useRef(false);

  const save = useCallback(async (): Promise<boolean> => {
    while (kept.current.text !== latest.current && !stopped.current) {
      const sent = latest.current;
      setState("saving");
      try {
        const answer = await call("put", "/api/v1/flows/{id}/draft", {
          path: { id: flow },
          body: { yaml: sent, edition: kept.current.edition },
        });
        kept.current = { text: sent, edition: answer.edition ?? "" };
        setProblems(answer.problems);
        setExists(true);
        setError(undefined);
      } catch (e) {
        const conflict = e instanceof Failure && e.kind === "conflict";
        if (conflict) stopped.current = true;
        setState(conflict ? "conflict" : "failed");
        setError(e);
        return false;
      }
    }
    if (stopped.current) return false;
    setState("saved");
    void stale("/api/v1/flows", "/api/v1/flows/{id}");
    return true;
  }, [flow]);

  const flush = useCallback(() => {
    running.current ??= save().finally(() => {
      running.current = undefined;
    });
    return running.current;
  }, [save]);

  useEffect(() => {
    if (stopped.current) return;
    if (text === kept.current.text) {
      setState((s) => (s === "waiting" ? "saved" : s));
      return;
    }
    setState((s) => (s === "saving" ? s : "waiting"));
    const timer = setTimeout(() => void flush(), pause);
    return () => clearTimeout(timer);
  }, [text, flush]);

  // What could not be kept is tried again: soon, then more and more seldom, and when the way is free again.
  const failures = useRef(0);
  useEffect(() => {
    if (state === "saved") failures.current = 0;
    if (state !== "failed") return;
    const again = () => void flush();
    const wait = Math.min(lastRetry, firstRetry * 2 ** failures.current++);
    const timer = passing(error) ? setTimeout(again, wait) : undefined;
    addEventListener("online", again);
    addEventListener("focus", again);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
      removeEventListener("focus", again);
    };
  }, [state, error, flush]);

  // Whoever leaves takes nothing along that is not kept.
  useEffect(() => {
    const ask = (e: BeforeUnloadEvent) => {
      if (kept.current.text !== latest.current) e.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      void flush();
    };
  }, [flush]);

  const overwrite = (edition: string) => {
    kept.current = { text: "", edition };
    stopped.current = false;
    void flush();
  };
  const took: Draft["took"] = (now) => {
    kept.current = { text: now.text, edition: now.edition };
    latest.current = now.text;
    stopped.current = false;
    setProblems(now.problems);
    setExists(now.exists);
    setState("saved");
    setError(undefined);
  };
  return { state, exists, error, problems, flush, overwrite, took };
}
