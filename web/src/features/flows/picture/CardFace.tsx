import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Effect, effects } from "../../activity/effects.tsx";
import { Glyph } from "../../connections/Glyph.tsx";
import { cardGlyph } from "../../connections/glyphs.ts";
import type { PictureCard, PictureRow, PictureTrigger } from "./card.ts";
import { drag, endDrag, nowDragged, useEdit } from "./edit.ts";
import { useHighlight } from "./highlight.ts";
import { givesHeight, headHeight, maxRows, maxWords, rowHeight, wordHeight } from "./layout.ts";
import { sourceCard } from "./pieces.ts";
import { Value } from "./Value.tsx";

/** A card's head: its mark, its name, what it uses, its effect. */
export function CardHead({ card, state }: { card: PictureCard; state?: ReactNode }) {
  const effect = card.effect && card.effect !== "read" ? effects[card.effect as Effect] : undefined;
  return (
    <div className="flex items-center gap-2.5 px-3" style={{ height: headHeight }}>
      <Glyph icon={cardGlyph(card)} />
      <div className="min-w-0 flex-1">
        <div className="truncate leading-[18px] font-medium">{card.title}</div>
        {card.use && <div className="truncate text-xs text-muted">{card.use}</div>}
      </div>
      {state ??
        (effect && (
          <span title={`${effect.label}: ${effect.means.toLowerCase()}`} className="shrink-0 text-muted">
            <effect.icon size={14} aria-label={effect.label} />
          </span>
        ))}
    </div>
  );
}

/** What a comment says, over several lines. */
export function CardWords({ card, all }: { card: PictureCard; all?: boolean }) {
  if (!card.words) return null;
  return (
    <div className="border-t px-3 py-2 text-sm" title={all ? undefined : card.words}>
      <p
        className="overflow-hidden wrap-anywhere whitespace-pre-line"
        style={{
          lineHeight: `${wordHeight}px`,
          ...(!all && { display: "-webkit-box", WebkitBoxOrient: "vertical", WebkitLineClamp: maxWords }),
        }}
      >
        {card.words}
      </p>
    </div>
  );
}

/** What goes into a card: a name and where the value comes from, in rows of one height. */
export function CardRows({ card, all }: { card: PictureCard; all?: boolean }) {
  const shown = all ? card.rows : card.rows.slice(0, maxRows);
  if (card.rows.length === 0) return null;
  return (
    <div className="border-t px-3 py-1 text-sm">
      <dl>
        {shown.map((r) => (
          <CardRow key={r.name} row={r} card={card.id} all={all === true} />
        ))}
      </dl>
      {shown.length < card.rows.length && (
        <div className="flex items-center text-xs text-faint" style={{ height: rowHeight }}>
          and {card.rows.length - shown.length} more
        </div>
      )}
    </div>
  );
}

function CardRow({ row: r, card, all }: { row: PictureRow; card: string; all: boolean }) {
  const edit = useEdit();
  const [over, setOver] = useState(false);
  const drop = edit && {
    onDragOver: (e: React.DragEvent) => {
      if (nowDragged()?.kind !== "value") return;
      e.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (e: React.DragEvent) => {
      setOver(false);
      const what = nowDragged();
      endDrag();
      if (what?.kind !== "value") return;
      e.preventDefault();
      edit.onDropValue(card, r.path, what.path);
    },
  };
  return (
    <div
      {...drop}
      data-row={r.name}
      className={clsx("flex gap-2", all ? "items-start py-1" : "items-center", over && "rounded-sm ring-2 ring-accent")}
      style={all ? undefined : { height: rowHeight }}
    >
      <dt className="w-26 shrink-0 truncate text-xs text-faint" title={r.title}>
        {r.title}
      </dt>
      <dd className={clsx("min-w-0 flex-1", !all && "flex truncate")}>
        <RowValue row={r} card={card} wrap={all} />
      </dd>
    </div>
  );
}

function RowValue({ row: r, card, wrap }: { row: PictureRow; card: string; wrap: boolean }) {
  if (r.given !== undefined) return <Given row={r} text={r.given} card={card} wrap={wrap} />;
  if (r.wanted) return <span className="text-warn">wanted</span>;
  if (r.code !== undefined)
    return <code className={clsx("font-mono text-xs", wrap ? "wrap-anywhere" : "truncate")}>{r.code}</code>;
  if (!r.value) return <span className="text-faint">empty</span>;
  return (
    <>
      <Value value={r.value} card={card} wrap={wrap} />
      {r.second && (
        <>
          <span className="text-faint"> or </span>
          <Value value={r.second} card={card} wrap={wrap} />
        </>
      )}
    </>
  );
}

/** What a run gave a card; what it came from on hover. */
function Given({ row: r, text, card, wrap }: { row: PictureRow; text: string; card: string; wrap: boolean }) {
  const { setHighlight } = useHighlight();
  const written = r.value?.value;
  const source = r.value?.references.map(sourceCard).find(Boolean);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only marks its source in the picture
    <span
      title={
        r.value?.references.length
          ? `${text}\n${typeof written === "string" ? written : JSON.stringify(written)}`
          : text
      }
      onMouseEnter={() => source && setHighlight({ from: source, to: card })}
      onMouseLeave={() => setHighlight(null)}
      className={wrap ? "wrap-anywhere" : "truncate"}
    >
      {text === "" ? <span className="text-faint">empty</span> : text}
    </span>
  );
}

const mostGives = 3;

/** What a card gives, to be dragged to where it is wanted. */
export function CardGives({ card }: { card: PictureCard }) {
  if (card.gives.length === 0) return null;
  return (
    <div className="flex items-center gap-1 overflow-hidden border-t bg-sunken px-3" style={{ height: givesHeight }}>
      <span className="text-xs text-faint">gives</span>
      {card.gives.slice(0, mostGives).map((g) => (
        <ValueChip key={g.name} path={[card.id, ...g.name.split(".")]} label={g.name} title={g.title} />
      ))}
      {card.gives.length > mostGives && <span className="text-xs text-faint">+{card.gives.length - mostGives}</span>}
    </div>
  );
}

/** A value that can be dragged onto an input. */
export function ValueChip({ path, label, title }: { path: string[]; label: string; title?: string }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is one way; by keyboard values are picked in the field
    <span
      draggable
      data-value={path.join(".")}
      title={title ? `${title}: drag it onto an input` : "Drag it onto an input"}
      onDragStart={(e) => drag(e, { kind: "value", path })}
      onDragEnd={endDrag}
      className="nodrag nopan max-w-32 min-w-0 cursor-grab truncate rounded-sm bg-accent-soft px-1.5 text-xs leading-5 text-accent active:cursor-grabbing"
    >
      {label}
    </span>
  );
}

/** What starts the flow. */
export function TriggerRows({ trigger: t }: { trigger: PictureTrigger }) {
  return (
    <div className="border-t px-3 py-1 text-sm empty:hidden">
      {t.rows.slice(0, maxRows + 1).map((r) => (
        <div key={`${r.name} ${r.text}`} className="flex items-center gap-2" style={{ height: rowHeight }}>
          {r.name && <span className="shrink-0 truncate text-xs text-faint">{r.name}</span>}
          {r.code ? (
            <code className="truncate font-mono text-xs" title={r.text}>
              {r.text}
            </code>
          ) : (
            <span className="truncate">{r.text}</span>
          )}
        </div>
      ))}
    </div>
  );
}

/** Something is wrong with a card. */
export function Wrong({ problems }: { problems: string[] }) {
  return (
    <span title={problems.join("\n")} className="shrink-0 text-bad">
      <CircleAlert size={16} aria-label={problems.join("; ")} />
    </span>
  );
}
