import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../../api/client.ts";
import { Failure } from "../../../api/failure.ts";
import { stale } from "../../../api/query.ts";
import type { Problem } from "../model/problems.ts";

type SaveState = "saved" | "waiting" | "saving" | "failed" | "conflict";

export type Draft = {
  state: SaveState;
  error?: unknown;
  /** What the server says is wrong with the text that it has. */
  problems: Problem[];
  /** Keeps what is there now, and tells whether that went well. */
  flush: () => Promise<boolean>;
  /** Goes on with the text here, over what somebody else has kept. */
  overwrite: (edition: string) => void;
  /** The text is now what the server has. */
  took: (text: string, edition: string, problems: Problem[]) => void;
};

const pause = 700;

/** Keeps a text as a flow's draft whenever it rests for a moment. */
export function useDraft(flow: string, text: string, initial: { edition: string; problems: Problem[] }): Draft {
  const [state, setState] = useState<SaveState>("saved");
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
  const took = (now: string, edition: string, found: Problem[]) => {
    kept.current = { text: now, edition };
    latest.current = now;
    stopped.current = false;
    setProblems(found);
    setState("saved");
    setError(undefined);
  };
  return { state, error, problems, flush, overwrite, took };
}
