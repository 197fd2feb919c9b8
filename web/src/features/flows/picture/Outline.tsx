import { clsx } from "clsx";
import { Zap } from "lucide-react";
import { Glyph } from "../../connections/Glyph.tsx";
import { CardHead, CardRows, CardWords, TriggerRows, Wrong } from "./CardFace.tsx";
import type { PictureCard } from "./card.ts";
import { headHeight } from "./layout.ts";
import type { PictureProps } from "./Picture.tsx";

/** The same flow as a list, for narrow pages. */
export function Outline({ trigger, cards, selected, onSelect, overlays, edit }: PictureProps) {
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-2">
      <button
        type="button"
        disabled={!edit}
        onClick={() => onSelect?.("trigger")}
        className="block w-full cursor-default overflow-hidden rounded-lg border bg-surface text-left enabled:cursor-pointer"
      >
        <span className="flex items-center gap-2.5 px-3" style={{ height: headHeight }}>
          <Glyph icon={Zap} />
          <span className="truncate font-medium">{trigger.title}</span>
        </span>
        <TriggerRows trigger={trigger} />
      </button>
      <Cards cards={cards} selected={selected} onSelect={onSelect} overlays={overlays} edit={edit} />
    </div>
  );
}

type CardsProps = Omit<PictureProps, "trigger">;

function Cards({ cards, ...rest }: CardsProps) {
  return (
    <ol className="flex flex-col gap-2">
      {cards.map((c) => (
        <li key={c.id}>
          <OutlineCard card={c} {...rest} />
          {c.lanes.map((l) => (
            <Lane key={l.key} label={l.label} cards={l.cards} {...rest} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function OutlineCard({ card, selected, onSelect, overlays, edit }: { card: PictureCard } & Omit<CardsProps, "cards">) {
  const overlay = overlays?.get(card.id);
  const problems = edit?.problems.get(card.id);
  return (
    <button
      type="button"
      onClick={() => onSelect?.(card.id)}
      className={clsx(
        "block w-full overflow-hidden rounded-lg border bg-surface text-left",
        overlays && !overlay && "border-dashed opacity-60",
        (overlay?.tone === "bad" || problems) && "border-bad",
        overlay?.tone === "warn" && "border-warn",
        selected === card.id && "border-accent ring-2 ring-accent",
      )}
    >
      <CardHead card={card} state={overlay?.mark ?? (problems && <Wrong problems={problems} />)} />
      {!overlays && <CardRows card={card} />}
      {!overlays && <CardWords card={card} all />}
      {overlay && (
        <span className="flex min-h-8 items-center gap-2 border-t bg-sunken px-3 text-xs text-muted">
          {overlay.line}
        </span>
      )}
    </button>
  );
}

function Lane({ label, cards, ...rest }: { label: string } & CardsProps) {
  return (
    <div className="mt-2 ml-2 border-l-2 border-dashed pl-3">
      <div className="pb-1 text-xs text-muted">
        {label}
        {cards.length === 0 && <span className="text-faint">: nothing</span>}
      </div>
      <Cards cards={cards} {...rest} />
    </div>
  );
}
