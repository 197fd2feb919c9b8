import { useCallback, useMemo, useRef, useState } from "react";
import { type Path, readSource, type Source, writeSource } from "../model/source.ts";
import { cardAt, type FlowTree, findCard, treeOf } from "../model/tree.ts";
import { type Model, useModel } from "../useModel.ts";
import { begin, changed, type History, redone, undone } from "./history.ts";

/** A change to a flow's YAML; it may return the path of the card to be looked at afterwards. */
type Change = (s: Source, tree: FlowTree) => Path | undefined;

export type Editor = {
  text: string;
  model: Model;
  /** The last tree that could be read: what the picture shows. */
  tree?: FlowTree;
  /** The YAML cannot be read now, so the picture cannot be changed. */
  broken: boolean;
  /** The id of a card, "trigger", or nothing for the flow itself. */
  selected?: string;
  select: (id: string | undefined) => void;
  change: (fn: Change, merge?: string) => void;
  setText: (text: string) => void;
  /** Takes a text from elsewhere, with nothing to go back to. */
  reset: (text: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
};

/** A flow that is edited: its YAML, and the picture of it. Both are one and the same text. */
export function useEditor(initial: string, folder: string): Editor {
  const [history, setHistory] = useState<History>(() => begin(initial));
  const [selected, select] = useState<string>();
  const model = useModel(history.text, folder);
  const good = useRef<Model>(undefined);
  if (model.picture) good.current = model;
  const shown = useMemo(() => (model.picture ? model : { ...good.current, faults: model.faults }), [model]);

  const latest = useRef(history);
  latest.current = history;
  const put = useCallback((h: History) => {
    latest.current = h;
    setHistory(h);
  }, []);
  const change = useCallback(
    (fn: Change, merge?: string) => {
      const { source } = readSource(latest.current.text);
      if (!source) return;
      const path = fn(source, treeOf(source));
      const text = writeSource(source);
      put(changed(latest.current, text, Date.now(), merge));
      const after = path && readSource(text).source;
      if (path && after) select(cardAt(treeOf(after), path)?.id);
    },
    [put],
  );
  const move = useCallback(
    (step: (h: History) => History) => {
      put(step(latest.current));
      const { source } = readSource(latest.current.text);
      // What is gone is not looked at any more.
      select((id) => (source && id && id !== "trigger" && !findCard(treeOf(source), id) ? undefined : id));
    },
    [put],
  );
  return useMemo(
    () => ({
      text: history.text,
      model: shown,
      tree: shown.tree,
      broken: model.faults.length > 0,
      selected,
      select,
      change,
      setText: (text: string) => put(changed(latest.current, text, Date.now(), "yaml")),
      reset: (text: string) => put(begin(text)),
      undo: () => move(undone),
      redo: () => move(redone),
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
    }),
    [history, model, shown, selected, change, move, put],
  );
}
