import { useEffect } from "react";
import { flushSync } from "react-dom";
import { useKeys } from "../../../kit/keys.ts";
import { duplicateCard, moveCard, type Place, removeCard } from "../model/edit.ts";
import { allCards, type CardNode, type FlowTree, findCard } from "../model/tree.ts";
import { inwards, outwards, stepPlace } from "./places.ts";
import type { Editor } from "./useEditor.ts";
import type { Side } from "./usePanels.ts";

/** Everything that can be done to a picture by keyboard. */
export function useEditKeys({
  editor,
  onAdd,
  onPublish,
  onSave,
  onSide,
  onFields,
}: {
  editor: Editor;
  onAdd: (how: "after" | "before" | "in") => void;
  onPublish: () => void;
  onSave: () => void;
  onSide: (side: Side) => void;
  /** Shows the fields, where they are folded away. */
  onFields: () => void;
}) {
  const { tree, selected } = editor;
  const card = tree && findCard(tree, selected);
  const order = tree ? ["trigger", ...[...allCards(tree.cards)].map((c) => c.id)] : [];
  const go = (by: number) => {
    const at = selected === undefined ? -1 : order.indexOf(selected);
    const next = order[Math.max(0, Math.min(order.length - 1, at + by))];
    if (next) {
      editor.select(next);
      focusCard(next);
    }
  };
  const move = (to: (tree: FlowTree, card: CardNode) => Place | undefined) => {
    const place = tree && card && to(tree, card);
    if (!place || !card) return;
    editor.change((s) => moveCard(s.doc, card.path, place));
    focusCard(card.id);
  };
  const group = "Editor";
  useKeys([
    { keys: "j", label: "Next card", group, run: () => go(1) },
    { keys: "k", label: "Card before", group, run: () => go(-1) },
    {
      keys: "e",
      label: "Edit the chosen card",
      group,
      run: () => {
        flushSync(onFields);
        focusFirst();
      },
    },
    {
      keys: "f",
      label: "The flow itself: its title, options, connections",
      group,
      run: () => {
        // What is pressed next goes into the fields already.
        flushSync(() => {
          editor.select(undefined);
          onFields();
        });
        focusFirst();
      },
    },
    { keys: "a", label: "Add a card after the chosen one", group, run: () => onAdd("after") },
    { keys: "b", label: "Add a card before it", group, run: () => onAdd("before") },
    { keys: "i", label: "Add a card in it", group, run: () => onAdd("in") },
    { keys: "J", label: "Move the card down", group, run: () => move((t, c) => stepPlace(t, c, 1)) },
    { keys: "K", label: "Move the card up", group, run: () => move((t, c) => stepPlace(t, c, -1)) },
    { keys: ">", label: "Move it into the card above", group, run: () => move(inwards) },
    { keys: "<", label: "Move it out", group, run: () => move(outwards) },
    {
      keys: "d",
      label: "Duplicate the card",
      group,
      run: () =>
        card &&
        editor.change((s, t) => {
          const c = findCard(t, card.id);
          return c && duplicateCard(s.doc, t, c);
        }),
    },
    { keys: "Delete", label: "Delete the card", group, run: () => card && remove(editor, order, card) },
    {
      keys: "t",
      label: "Try the card out",
      group,
      run: () => document.querySelector<HTMLElement>("[data-try]")?.click(),
    },
    { keys: "y", label: "YAML beside the picture", group, run: () => onSide("yaml") },
    { keys: "c", label: "Cards beside the picture", group, run: () => onSide("cards") },
    { keys: "v", label: "Values beside the picture", group, run: () => onSide("values") },
    { keys: "p", label: "Publish", group, run: onPublish },
    { keys: "Mod+s", label: "Save now", group, run: onSave, always: true },
    { keys: "Mod+z", label: "Undo", group, run: editor.undo, always: true },
    { keys: "Mod+Shift+z", label: "Redo", group, run: editor.redo, always: true },
  ]);
  // Escape leads from a field back to the picture.
  useEffect(() => {
    const back = (e: KeyboardEvent) => {
      const from = e.target;
      if (e.key !== "Escape" || e.defaultPrevented || !(from instanceof HTMLElement)) return;
      if (from.closest('[role="dialog"], [data-radix-popper-content-wrapper]')) return;
      if (!from.closest("[data-fields], section")) return;
      if (selected) focusCard(selected);
      else from.blur();
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, [selected]);
}

function remove(editor: Editor, order: string[], card: CardNode) {
  const at = order.indexOf(card.id);
  editor.change((s) => {
    removeCard(s.doc, card.path);
    return undefined;
  });
  const next = order[at - 1];
  editor.select(next);
  if (next) focusCard(next);
}

/** Cards are drawn a moment after they are chosen. */
function focusCard(id: string) {
  setTimeout(
    () => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }),
    30,
  );
}

function focusFirst() {
  const fields = document.querySelector("[data-fields]");
  const first = fields?.querySelector<HTMLElement>(
    "[data-inputs] textarea, [data-inputs] select, textarea[data-field]",
  );
  (first ?? fields?.querySelector<HTMLElement>("input, textarea, select"))?.focus();
}
