import { Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { type Effect, EffectTag } from "../../activity/effects.tsx";
import { Glyph } from "../../connections/Glyph.tsx";
import { cardGlyph } from "../../connections/glyphs.ts";
import { idsOf } from "../model/edit.ts";
import type { Used } from "../model/ports.ts";
import { textOf } from "../model/tree.ts";
import type { CardEdit } from "./CardValue.tsx";

/** What a card is, its title and its id. */
export function CardHeadForm({
  edit,
  used,
  onRename,
  onRemove,
}: {
  edit: CardEdit;
  used: Used;
  onRename: (id: string) => void;
  onRemove: () => void;
}) {
  const { card, editor } = edit;
  return (
    <>
      <div className="flex items-start gap-2.5">
        <Glyph icon={cardGlyph({ kind: card.kind, connector: used.connector?.id })} />
        <div className="min-w-0 flex-1">
          <h2 className="text-base wrap-anywhere">{card.title}</h2>
          <div className="text-sm text-muted">{used.name}</div>
          {used.help && <p className="mt-1 text-sm text-pretty text-muted">{used.help}</p>}
          {used.effect && used.effect !== "read" && (
            <div className="mt-1.5">
              <EffectTag effect={used.effect as Effect} />
            </div>
          )}
        </div>
        <Button
          look="quiet"
          size="sm"
          icon={<Trash2 size={14} />}
          aria-label="Delete the card"
          title="Delete the card (Delete)"
          onClick={onRemove}
        />
      </div>
      {card.kind !== "comment" && (
        <div className="grid grid-cols-[1fr_9rem] gap-2">
          <Field label="Card title">
            {(f) => (
              <Input
                {...f}
                value={textOf(card.data.title)}
                placeholder={card.id}
                onChange={(e) => edit.set(["title"], e.target.value || undefined)}
              />
            )}
          </Field>
          <IdField
            key={card.id}
            id={card.id}
            taken={(id) => id !== card.id && editor.tree !== undefined && idsOf(editor.tree).has(id)}
            onRename={onRename}
          />
        </div>
      )}
    </>
  );
}

/** The id is changed once it is typed, with all that refers to it. */
function IdField({
  id,
  taken,
  onRename,
}: {
  id: string;
  taken: (id: string) => boolean;
  onRename: (id: string) => void;
}) {
  const [text, setText] = useState(id);
  useEffect(() => setText(id), [id]);
  const wrong = !/^[a-z][a-z0-9_]*$/.test(text)
    ? "Small letters, digits and _"
    : taken(text)
      ? "It is taken"
      : undefined;
  const done = () => {
    if (wrong) setText(id);
    else if (text !== id) onRename(text);
  };
  return (
    <Field label="Card id" error={wrong}>
      {(f) => (
        <Input
          {...f}
          value={text}
          spellCheck={false}
          className="font-mono !text-xs"
          onChange={(e) => setText(e.target.value)}
          onBlur={done}
          onKeyDown={(e) => e.key === "Enter" && done()}
        />
      )}
    </Field>
  );
}
