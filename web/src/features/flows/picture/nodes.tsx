import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { clsx } from "clsx";
import { Zap } from "lucide-react";
import type { ReactNode } from "react";
import { Glyph } from "../../connections/Glyph.tsx";
import { CardHead, CardRows, TriggerRows, triggerTitle } from "./CardFace.tsx";
import { useHighlight } from "./highlight.ts";
import { type Card, headHeight, overlayHeight, type Trigger } from "./layout.ts";

/** What happened to a card in a run, to be shown on it. */
export type Overlay = { mark: ReactNode; line: ReactNode; tone: "bad" | "warn" | "plain" | "none" };

export type CardData = {
  card: Card;
  overlay?: Overlay;
  selected: boolean;
  withOverlay: boolean;
  onSelect?: (id: string) => void;
};
export type TriggerData = { trigger: Trigger; selected: boolean; onSelect?: (id: string) => void };
export type LaneData = { label: string; empty: boolean };

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
  const { card, overlay, selected, withOverlay, onSelect } = data;
  const marked = useMarked(card.id);
  return (
    <>
      <Ends />
      <button
        type="button"
        data-card={card.id}
        aria-pressed={onSelect ? selected : undefined}
        onClick={() => onSelect?.(card.id)}
        className={clsx(
          face,
          "block",
          withOverlay && !overlay && "border-dashed opacity-60",
          overlay?.tone === "bad" && "border-bad",
          overlay?.tone === "warn" && "border-warn",
          (selected || marked === "from") && "border-accent ring-2 ring-accent",
          !onSelect && "cursor-default",
        )}
      >
        <CardHead card={card} state={overlay?.mark} />
        <CardRows card={card} />
        {withOverlay && (
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
          (selected || marked) && "border-accent ring-2 ring-accent",
          !onSelect && "cursor-default",
        )}
      >
        <span className="flex items-center gap-2.5 px-3" style={{ height: headHeight }}>
          <Glyph icon={Zap} />
          <span className="truncate font-medium">{triggerTitle(trigger)}</span>
        </span>
        <TriggerRows trigger={trigger} />
      </button>
    </>
  );
}

export function LaneNode({ data }: NodeProps<Node<LaneData>>) {
  return (
    <div
      className={clsx(
        "size-full rounded-xl border border-dashed border-edge/60",
        data.empty ? "flex items-center justify-center" : "bg-sunken/60",
      )}
    >
      <Ends />
      <span className={clsx("text-xs text-muted", !data.empty && "block px-3 py-1.5")}>
        {data.label}
        {data.empty && <span className="text-faint">: nothing</span>}
      </span>
    </div>
  );
}

export function JoinNode() {
  return (
    <div className="size-2 rounded-full bg-edge">
      <Ends />
    </div>
  );
}
