import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  type Node,
  type NodeHandle,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo, useRef, useState } from "react";
import type { PictureCard, PictureTrigger } from "./card.ts";
import { EditContext, type PictureEdit } from "./edit.ts";
import { Flowline } from "./Flowline.tsx";
import { type Highlight, HighlightContext } from "./highlight.ts";
import { cardWidth, type Layout, layOut, type Mode } from "./layout.ts";
import { CardNode, JoinNode, LaneNode, type Overlay, SlotNode, TriggerNode } from "./nodes.tsx";

export type PictureProps = {
  trigger: PictureTrigger;
  cards: PictureCard[];
  selected?: string;
  onSelect?: (card: string) => void;
  /** What happened to each card in a run. */
  overlays?: ReadonlyMap<string, Overlay>;
  /** What can be done, in a picture that is edited. */
  edit?: PictureEdit;
};

const edgeTypes = { flowline: Flowline };
const nodeTypes = { card: CardNode, trigger: TriggerNode, lane: LaneNode, join: JoinNode, slot: SlotNode };

/** The picture of a flow: cards from top to bottom, to be looked at or edited. */
export default function Picture(props: PictureProps) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function Inner({ trigger, cards, selected, onSelect, overlays, edit }: PictureProps) {
  const [highlight, setHighlight] = useState<Highlight>(null);
  const shared = useMemo(() => ({ highlight, setHighlight }), [highlight]);
  const mode: Mode = edit ? "edit" : overlays ? "run" : "look";
  const layout = useMemo(() => layOut(trigger, cards, mode), [trigger, cards, mode]);
  const nodes = useMemo(
    () => nodesOf(layout, trigger, { selected, onSelect, overlays, mode }),
    [layout, trigger, selected, onSelect, overlays, mode],
  );
  const edges = useMemo(() => edgesOf(layout, overlays), [layout, overlays]);
  const shown = useMemo(
    () => (highlight && layout.boxes.some((b) => b.id === highlight.from) ? [...edges, dataEdge(highlight)] : edges),
    [edges, highlight, layout],
  );
  return (
    <HighlightContext value={shared}>
      <EditContext value={edit ?? null}>
        <ReactFlow
          nodes={nodes}
          edges={shown}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.2}
          maxZoom={1.25}
          proOptions={{ hideAttribution: true }}
          aria-label="Picture of the flow"
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--c-line)" />
          <Controls showInteractive={false} position="bottom-right" />
          <View layout={layout} selected={selected} editing={mode === "edit"} />
        </ReactFlow>
      </EditContext>
    </HighlightContext>
  );
}

const least = 0.92;
const margin = 24;

/** The smallest size to begin in: cards are to be read, and none is wider than the pane. */
const leastIn = (width: number) => Math.max(0.2, Math.min(least, (width - 2 * margin) / cardWidth));

/** Begins at the top in a size that can be read, and follows the selected card. */
function View({ layout, selected, editing }: { layout: Layout; selected?: string; editing: boolean }) {
  const flow = useReactFlow();
  const shown = useRef<number>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another flow begins anew
  useEffect(() => {
    const before = shown.current;
    shown.current = layout.width;
    if (editing && before !== undefined) {
      // What is edited stays where it is while it grows.
      const { x, y, zoom } = flow.getViewport();
      if (before !== layout.width) void flow.setViewport({ x: x + ((before - layout.width) / 2) * zoom, y, zoom });
      return;
    }
    const width = document.querySelector(".react-flow")?.clientWidth ?? 800;
    const zoom = Math.max(leastIn(width), Math.min(1, (width - 2 * margin) / layout.width));
    void flow.setViewport({ x: width / 2 - (layout.width / 2) * zoom, y: margin, zoom });
  }, [layout]);
  // What stands beside the picture comes and goes; its middle stays in the middle.
  const width = useStore((s) => s.width);
  const was = useRef(width);
  useEffect(() => {
    const by = width - was.current;
    const first = was.current === 0;
    was.current = width;
    if (first || by === 0) return;
    const { x, y, zoom } = flow.getViewport();
    // A card that has become wider than the pane is made to fit; one that was made to fit grows again.
    const most = (width - 2 * margin) / cardWidth;
    const next = zoom > most || zoom < least ? leastIn(width) : zoom;
    const middle = (width - by) / 2;
    void flow.setViewport({ x: width / 2 - ((middle - x) / zoom) * next, y, zoom: next });
  }, [width, flow]);
  useEffect(() => {
    const box = layout.boxes.find((b) => b.id === selected);
    const pane = document.querySelector(".react-flow");
    if (!box || !pane) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const inside =
      left >= 0 && top >= 0 && left + box.w * zoom <= pane.clientWidth && top + box.h * zoom <= pane.clientHeight;
    if (!inside) void flow.setCenter(box.x + box.w / 2, box.y + box.h / 2, { zoom, duration: 200 });
  }, [selected, layout, flow]);
  return null;
}

function nodesOf(
  layout: Layout,
  trigger: PictureTrigger,
  o: Pick<PictureProps, "selected" | "onSelect" | "overlays"> & { mode: Mode },
): Node[] {
  return layout.boxes.map((b): Node => {
    const common = {
      id: b.id,
      position: { x: b.x, y: b.y },
      width: b.w,
      height: b.h,
      // The sizes are known: nodes that had to be measured again would lose their lines meanwhile.
      measured: { width: b.w, height: b.h },
      handles: endsOf(b),
      style: { width: b.w, height: b.h },
    };
    switch (b.kind) {
      case "card": {
        const data = {
          card: b.card,
          overlay: o.overlays?.get(b.id),
          mode: o.mode,
          selected: o.selected === b.id,
          onSelect: o.onSelect,
        };
        return { ...common, style: pressable(b), type: "card", data, zIndex: 2 };
      }
      case "trigger":
        return {
          ...common,
          style: pressable(b),
          type: "trigger",
          data: { trigger, selected: o.selected === "trigger", onSelect: o.onSelect },
          zIndex: 2,
        };
      case "lane":
        return { ...common, type: "lane", data: { label: b.label, empty: b.empty }, zIndex: b.empty ? 1 : -1 };
      case "slot":
        return { ...common, style: pressable(b), type: "slot", data: { slot: b }, zIndex: 2 };
      default:
        return { ...common, type: "join", data: {}, zIndex: 1 };
    }
  });
}

/** Where the lines of a box end and begin: in the middle of its top and of its bottom. */
function endsOf(b: { w: number; h: number }): NodeHandle[] {
  const end = { x: b.w / 2 - 0.5, width: 1, height: 1 };
  return [
    { ...end, type: "target", position: Position.Top, y: -0.5 },
    { ...end, type: "source", position: Position.Bottom, y: b.h - 0.5 },
  ];
}

/** Nodes that cannot be selected or dragged let the pointer through, unless they say otherwise. */
function pressable(b: { w: number; h: number }) {
  return { width: b.w, height: b.h, pointerEvents: "all" } as const;
}

function edgesOf(layout: Layout, overlays?: ReadonlyMap<string, Overlay>): Edge[] {
  return layout.edges.map((e) => {
    const reached = !overlays || e.to.includes("/") || overlays.has(e.to);
    return {
      id: e.id,
      source: e.from,
      target: e.to,
      type: "flowline",
      data: { late: e.to.endsWith("/join") },
      zIndex: 0,
      style: { stroke: "var(--c-edge)", strokeWidth: 1.5, strokeDasharray: reached ? undefined : "3 4" },
    };
  });
}

function dataEdge(h: { from: string; to: string }): Edge {
  return {
    id: "data",
    source: h.from,
    target: h.to,
    type: "default",
    zIndex: 3,
    style: { stroke: "var(--c-accent)", strokeWidth: 2, strokeDasharray: "5 4" },
  };
}
