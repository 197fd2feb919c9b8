import { Command } from "cmdk";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Input, Select } from "../../../kit/Field.tsx";
import { useKeys } from "../../../kit/keys.ts";
import { type Effect, EffectTag } from "../../activity/effects.tsx";
import { Glyph } from "../../connections/Glyph.tsx";
import { cardGlyph } from "../../connections/glyphs.ts";
import type { Place } from "../model/edit.ts";
import type { Item } from "../model/palette.ts";
import { found, grouped } from "../model/search.ts";
import { drag, endDrag } from "../picture/edit.ts";

const most = 80;
const search = (items: Item[], text: string) =>
  found(items, text, (i) => ({ title: i.title, words: `${i.detail} ${i.group} ${i.words}` }), most);

export type Where = { label: string; place: Place };

/** Asks what is to be put where. Everything works by typing, arrows and Enter. */
export function AddDialog({
  items,
  where,
  onPut,
  onClose,
}: {
  items: Item[];
  /** The places that may be meant; the first is. */
  where: Where[];
  onPut: (item: Item, place: Place) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useMemo(() => search(items, text), [items, text]);
  const place = where[at]?.place;
  return (
    <Dialog open onClose={onClose} title="Add a card">
      <Command label="Cards" shouldFilter={false} loop className="-mx-2 flex flex-col">
        <div className="flex items-center gap-2 px-2 pb-2">
          <Command.Input
            autoFocus
            value={text}
            onValueChange={setText}
            placeholder="Search actions, functions, steering"
            className="h-9 min-w-0 flex-1 rounded-md border border-edge/60 bg-surface px-2.5 outline-none focus-visible:border-accent"
          />
          <Select
            aria-label="Where"
            className="!w-44"
            value={String(at)}
            onChange={(e) => setAt(Number(e.target.value))}
            choices={where.map((w, i) => ({ value: String(i), label: w.label }))}
          />
        </div>
        <Command.List className="max-h-[50vh] overflow-y-auto">
          <Command.Empty className="px-2.5 py-6 text-center text-muted">Nothing is named like that.</Command.Empty>
          {list.map((i) => (
            <Command.Item
              key={i.key}
              value={i.key}
              onSelect={() => place && onPut(i, place)}
              className="flex min-h-10 items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover"
            >
              <ItemFace item={i} />
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}

function ItemFace({ item: i }: { item: Item }) {
  return (
    <>
      <Glyph size="sm" icon={cardGlyph(i)} />
      <span className="min-w-0 flex-1">
        <span className="block truncate leading-[18px]">{i.title}</span>
        <span className="block truncate text-xs text-faint">{i.detail}</span>
      </span>
      {i.effect && i.effect !== "read" && <EffectTag effect={i.effect as Effect} />}
    </>
  );
}

/** All that can be put into the flow, beside the picture: pressed, or dragged to its place. */
export function PalettePanel({ items, onPut, foot }: { items: Item[]; onPut: (item: Item) => void; foot?: ReactNode }) {
  const [text, setText] = useState("");
  const list = useMemo(() => search(items, text), [items, text]);
  const box = useRef<HTMLInputElement>(null);
  useKeys([{ keys: "/", label: "Search cards to add", group: "Editor", run: () => box.current?.focus() }]);
  const groups = useMemo(() => grouped(list, (i) => i.group), [list]);
  return (
    <section aria-label="Cards to add" className="flex h-full min-h-0 flex-col">
      <div className="border-b p-2">
        <Input
          ref={box}
          type="search"
          aria-label="Search cards to add"
          placeholder="Search cards to add"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {list.length === 0 && <p className="p-2 text-sm text-muted">Nothing is named like that.</p>}
        {groups.map(([name, all]) => (
          <div key={name}>
            <h3 className="px-1.5 pt-2 pb-1 text-xs font-normal text-faint">{name}</h3>
            <ul>
              {all.map((i) => (
                <li key={i.key}>
                  <button
                    type="button"
                    draggable
                    onDragStart={(e) => drag(e, { kind: "item", key: i.key })}
                    onDragEnd={endDrag}
                    onClick={() => onPut(i)}
                    title={`${i.title}: press to add it behind the chosen card, or drag it to its place`}
                    className="flex min-h-9 w-full items-center gap-2 rounded-md px-1.5 py-0.5 text-left hover:bg-hover"
                  >
                    <ItemFace item={{ ...i, effect: undefined }} />
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      {foot}
    </section>
  );
}
