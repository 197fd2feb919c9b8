import { useMemo } from "react";
import { inside, moveCard, type Place, setIn } from "../model/edit.ts";
import type { Item } from "../model/palette.ts";
import type { Placed } from "../model/problems.ts";
import { braced, celText } from "../model/refs.ts";
import { findCard, objectOf } from "../model/tree.ts";
import type { PictureEdit } from "../picture/edit.ts";
import type { Editor } from "./useEditor.ts";

/** What pressing and dragging does in the picture. */
export function usePictureEdit({
  editor,
  items,
  problems,
  adding,
  onAdd,
  put,
}: {
  editor: Editor;
  items: Item[];
  problems: Placed[];
  adding?: Place;
  onAdd: (place: Place) => void;
  put: (item: Item, place: Place) => void;
}): PictureEdit {
  const byCard = useMemo(() => {
    const out = new Map<string, string[]>();
    for (const p of problems) if (p.card) out.set(p.card, [...(out.get(p.card) ?? []), p.message]);
    return out;
  }, [problems]);
  return {
    problems: byCard,
    place: adding,
    onAdd,
    mayDrop: (place, what) =>
      !editor.broken && (what.kind === "item" || (what.kind === "card" && !inside(place, what.path))),
    onDrop: (place, what) => {
      const item = what.kind === "item" ? items.find((i) => i.key === what.key) : undefined;
      if (item) put(item, place);
      if (what.kind === "card") editor.change((s) => moveCard(s.doc, what.path, place));
    },
    onDropValue: (id, path, value) =>
      editor.change((s, tree) => {
        const card = findCard(tree, id);
        if (!card) return undefined;
        const before = path.reduce<unknown>((v, p) => (Array.isArray(v) ? v[p as number] : objectOf(v)[p]), card.data);
        const last = path.at(-1);
        const condition = last === "if" || last === "unless";
        const ref = condition ? celText(value) : braced(value);
        // What stands there already stays: the value joins it.
        const joined = typeof before === "string" && before !== "" ? before + (condition ? ` ${ref}` : ref) : ref;
        setIn(s.doc, card.path, path, joined);
        return card.path;
      }),
  };
}
