import { createContext, useContext } from "react";
import type { Place } from "../model/edit.ts";
import type { Path } from "../model/source.ts";

/** What is dragged over a picture. */
export type Dragged = { kind: "value"; path: string[] } | { kind: "card"; path: Path } | { kind: "item"; key: string };

/** What can be done in a picture that is edited. */
export type PictureEdit = {
  /** What is wrong, by the id of the card; "trigger" for what starts the flow. */
  problems: ReadonlyMap<string, string[]>;
  /** Where the next card is to be put. */
  place?: Place;
  onAdd: (place: Place) => void;
  onDrop: (place: Place, what: Dragged) => void;
  mayDrop: (place: Place, what: Dragged) => boolean;
  onDropValue: (card: string, path: Path, value: string[]) => void;
};

export const EditContext = createContext<PictureEdit | null>(null);

export const useEdit = () => useContext(EditContext);

// The browser tells what is dragged only once it is dropped.
let dragged: Dragged | null = null;

export function drag(e: React.DragEvent, what: Dragged) {
  e.stopPropagation();
  dragged = what;
  e.dataTransfer.effectAllowed = what.kind === "card" ? "move" : "copy";
  e.dataTransfer.setData("text/plain", what.kind === "value" ? `{{ ${what.path.join(".")} }}` : what.kind);
}

export const nowDragged = () => dragged;

export function endDrag() {
  dragged = null;
}
