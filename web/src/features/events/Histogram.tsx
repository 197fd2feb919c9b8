import { type PointerEvent, useRef, useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { usePreference } from "../../kit/preference.ts";
import { zonePreference } from "../../kit/Time.tsx";
import { absolute, counted } from "../../kit/time.ts";

type Summary = components["schemas"]["EventSummary"];

const height = 72;

/** When the events were: a bar for each span of time. Dragging over bars looks closer. */
export function Histogram({
  summary,
  onChoose,
}: {
  summary: Summary;
  onChoose: (since: string, until: string) => void;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const [zone] = usePreference(zonePreference);
  const [over, setOver] = useState<number>();
  const [begun, setBegun] = useState<number>();
  const { bars } = summary;
  const most = Math.max(1, ...bars);
  const from = new Date(summary.since).getTime();
  const edge = (i: number) => new Date(from + i * summary.barSeconds * 1000);
  const barAt = (e: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    return Math.min(bars.length - 1, Math.max(0, Math.floor(((e.clientX - box.left) / box.width) * bars.length)));
  };
  const [lo, hi] =
    begun === undefined || over === undefined ? [-1, -1] : [Math.min(begun, over), Math.max(begun, over)];
  const end = () => {
    if (begun !== undefined && over !== undefined) onChoose(edge(lo).toISOString(), edge(hi + 1).toISOString());
    setBegun(undefined);
  };
  const shown = begun !== undefined ? bars.slice(lo, hi + 1).reduce((a, b) => a + b, 0) : (bars[over ?? -1] ?? 0);
  const [first, last] = begun !== undefined ? [lo, hi] : [over ?? 0, over ?? bars.length - 1];
  return (
    <figure className="mb-3 rounded-lg border bg-surface px-3 pt-2 pb-1.5">
      <svg
        ref={svg}
        viewBox={`0 0 ${bars.length} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${counted(summary.events, "event")} over time; the most in one bar are ${most.toLocaleString("en")}`}
        className="h-18 w-full cursor-crosshair touch-pan-y select-none"
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          setBegun(barAt(e));
          setOver(barAt(e));
        }}
        onPointerMove={(e) => setOver(barAt(e))}
        onPointerUp={end}
        onPointerCancel={() => setBegun(undefined)}
        onPointerLeave={() => begun === undefined && setOver(undefined)}
      >
        {bars.map((n, i) => {
          const h = n === 0 ? 0 : Math.max(2, (n / most) * (height - 4));
          const lit = i === over || (i >= lo && i <= hi);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            <g key={i}>
              {lit && <rect x={i} y={0} width={1} height={height} fill="var(--c-hover)" />}
              <rect
                x={i + 0.08}
                y={height - h}
                width={0.84}
                height={h}
                fill="var(--c-accent-fill)"
                opacity={lit ? 1 : 0.75}
              />
            </g>
          );
        })}
        <line
          x1={0}
          x2={bars.length}
          y1={height}
          y2={height}
          stroke="var(--c-line)"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>{absolute(edge(first), zone)}</span>
        {over !== undefined && <span className="font-medium text-ink">{counted(shown, "event")}</span>}
        <span>{absolute(edge(last + 1), zone)}</span>
      </figcaption>
    </figure>
  );
}
