import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { clsx } from "clsx";
import { Plus, Zap } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Glyph } from "../../connections/Glyph.tsx";
import { CardGives, CardHead, CardRows, CardWords, TriggerRows, Wrong } from "./CardFace.tsx";
import type { PictureCard, PictureTrigger } from "./card.ts";
import { drag, endDrag, nowDragged, useEdit } from "./edit.ts";
import { useHighlight } from "./highlight.ts";
import { headHeight, type Mode, overlayHeight, type SlotBox } from "./layout.ts";

/** What happened to a card in a run, to be shown on it. */
export type Overlay = { mark: ReactNode; line: ReactNode; tone: "bad" | "warn" | "plain" | "none" };

type Pressed = { selected: boolean; onSelect?: (id: string) => void };
export type CardData = Pressed & { card: PictureCard; overlay?: Overlay; mode: Mode };
export type TriggerData = Pressed & { trigger: PictureTrigger };
export type LaneData = { label: string; empty: boolean };
export type SlotData = { slot: SlotBox };

/** Where lines begin and end; nobody draws any. */
function Ends() {
  const hidden = "!pointer-events-none !size-px !min-h-0 !min-w-0 !border-0 !bg-transparent";
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={hidden} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={hidden} />
    </>
  );
}

function useMarked(id: string): "from" | "to" | undefined {
  const { highlight } = useHighlight();
  if (highlight?.from === id) return "from";
  return highlight?.to === id ? "to" : undefined;
}

const face = "size-full overflow-hidden rounded-lg border bg-surface text-left transition-shadow duration-100";

export function CardNode({ data }: NodeProps<Node<CardData>>) {
  const { card, overlay, selected, mode, onSelect } = data;
  const marked = useMarked(card.id);
  const edit = useEdit();
  const problems = edit?.problems.get(card.id);
  const shared = {
    "data-card": card.id,
    "aria-pressed": onSelect ? selected : undefined,
    onClick: () => onSelect?.(card.id),
    className: clsx(
      face,
      "block",
      mode === "run" && !overlay && "border-dashed opacity-60",
      (overlay?.tone === "bad" || problems) && "border-bad",
      overlay?.tone === "warn" && "border-warn",
      (selected || marked === "from") && "border-accent ring-2 ring-accent",
      !onSelect && "cursor-default",
    ),
  };
  if (mode === "edit") {
    return (
      <>
        <Ends />
        {/* biome-ignore lint/a11y/useSemanticElements: what can be dragged cannot stand in a button */}
        <div
          {...shared}
          role="button"
          tabIndex={selected ? 0 : -1}
          className={`nodrag nopan ${shared.className} cursor-pointer`}
          draggable
          onDragStart={(e) => drag(e, { kind: "card", path: card.path })}
          onDragEnd={endDrag}
          onKeyDown={(e) => {
            if (e.key !== " " || e.target !== e.currentTarget) return;
            e.preventDefault();
            onSelect?.(card.id);
          }}
        >
          <CardHead card={card} state={problems && <Wrong problems={problems} />} />
          <CardRows card={card} />
          <CardWords card={card} />
          <CardGives card={card} />
        </div>
      </>
    );
  }
  return (
    <>
      <Ends />
      <button type="button" {...shared}>
        <CardHead card={card} state={overlay?.mark} />
        <CardRows card={card} />
        <CardWords card={card} />
        {mode === "run" && (
          <span
            className="flex items-center gap-2 truncate border-t bg-sunken px-3 text-xs text-muted"
            style={{ height: overlayHeight }}
          >
            {overlay?.line ?? "Not reached"}
          </span>
        )}
      </button>
    </>
  );
}

export function TriggerNode({ data }: NodeProps<Node<TriggerData>>) {
  const { trigger, selected, onSelect } = data;
  const marked = useMarked("trigger");
  const problems = useEdit()?.problems.get("trigger");
  return (
    <>
      <Ends />
      <button
        type="button"
        data-card="trigger"
        aria-pressed={onSelect ? selected : undefined}
        onClick={() => onSelect?.("trigger")}
        className={clsx(
          face,
          "block",
          problems && "border-bad",
          (selected || marked) && "border-accent ring-2 ring-accent",
          !onSelect && "cursor-default",
        )}
      >
        <span className="flex items-center gap-2.5 px-3" style={{ height: headHeight }}>
          <Glyph icon={Zap} />
          <span className="min-w-0 flex-1 truncate font-medium">{trigger.title}</span>
          {problems && <Wrong problems={problems} />}
        </span>
        <TriggerRows trigger={trigger} />
      </button>
    </>
  );
}

export function LaneNode({ data }: NodeProps<Node<LaneData>>) {
  const editing = useEdit() !== null;
  return (
    <div
      className={clsx(
        "size-full rounded-xl border border-dashed border-edge/60",
        data.empty ? !editing && "flex items-center justify-center" : "bg-sunken/60",
      )}
    >
      <Ends />
      <span className={clsx("truncate text-xs text-muted", (!data.empty || editing) && "block px-3 py-1.5")}>
        {data.label}
        {data.empty && <span className="text-faint">: nothing{editing && " yet"}</span>}
      </span>
    </div>
  );
}

/** A place between cards, where one can be put. */
export function SlotNode({ data: { slot } }: NodeProps<Node<SlotData>>) {
  const edit = useEdit();
  const [over, setOver] = useState(false);
  if (!edit) return null;
  const place = { list: slot.list, index: slot.index };
  const chosen = edit.place?.index === place.index && edit.place.list.join("/") === place.list.join("/");
  return (
    <button
      type="button"
      tabIndex={-1}
      data-slot={slot.id}
      aria-label={slot.lane ? `Add a card: ${slot.lane}` : "Add a card here"}
      title="Add a card here"
      onClick={() => edit.onAdd(place)}
      onDragOver={(e) => {
        const what = nowDragged();
        if (!what || !edit.mayDrop(place, what)) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        const what = nowDragged();
        endDrag();
        if (!what || !edit.mayDrop(place, what)) return;
        e.preventDefault();
        edit.onDrop(place, what);
      }}
      className={clsx(
        "nodrag nopan flex size-full items-center justify-center rounded-full border bg-surface text-muted hover:border-accent hover:text-accent",
        (over || chosen) && "scale-125 border-accent bg-accent-soft text-accent",
      )}
    >
      <Plus size={14} aria-hidden />
    </button>
  );
}

export function JoinNode() {
  return (
    <div className="size-2 rounded-full bg-edge">
      <Ends />
    </div>
  );
}
