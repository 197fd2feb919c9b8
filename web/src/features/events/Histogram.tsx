import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { usePreference } from "../../kit/preference.ts";
import { zonePreference } from "../../kit/Time.tsx";
import { absolute, counted } from "../../kit/time.ts";

type Summary = components["schemas"]["EventSummary"];

const height = 72;

/**
 * When the events were: a bar for each span of time. Dragging over bars looks
 * closer; so do the arrows, with Shift for more than one bar, and Enter.
 */
export function Histogram({
  summary,
  onChoose,
}: {
  summary: Summary;
  onChoose: (since: string, until: string) => void;
}) {
  const help = useId();
  const box = useRef<HTMLDivElement>(null);
  const [zone] = usePreference(zonePreference);
  const [over, setOver] = useState<number>();
  const [begun, setBegun] = useState<number>();
  const { bars } = summary;
  const most = Math.max(1, ...bars);
  const from = new Date(summary.since).getTime();
  const edge = (i: number) => new Date(from + i * summary.barSeconds * 1000);
  const barAt = (e: PointerEvent) => {
    const at = box.current?.getBoundingClientRect();
    if (!at || at.width === 0) return 0;
    return Math.min(bars.length - 1, Math.max(0, Math.floor(((e.clientX - at.left) / at.width) * bars.length)));
  };
  const onKey = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -bars.length, End: bars.length }[e.key];
    if (by !== undefined) {
      const at = over ?? (by > 0 ? -1 : bars.length);
      const next = Math.min(bars.length - 1, Math.max(0, at + by));
      setBegun(e.shiftKey ? (begun ?? over ?? next) : undefined);
      setOver(next);
    } else if (e.key === "Enter" && over !== undefined) {
      const start = begun ?? over;
      onChoose(edge(Math.min(start, over)).toISOString(), edge(Math.max(start, over) + 1).toISOString());
      clear();
    } else if (e.key === "Escape" && over !== undefined) clear();
    else return;
    e.preventDefault();
  };
  const clear = () => {
    setBegun(undefined);
    setOver(undefined);
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
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Time of the events"
        aria-describedby={help}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, bars.length - 1)}
        aria-valuenow={over ?? Math.max(0, bars.length - 1)}
        aria-valuetext={`${absolute(edge(first), zone)} to ${absolute(edge(last + 1), zone)}: ${counted(over === undefined ? summary.events : shown, "event")}`}
        className="h-18 cursor-crosshair touch-pan-y rounded-sm select-none"
        onKeyDown={onKey}
        onBlur={clear}
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
        <svg viewBox={`0 0 ${bars.length} ${height}`} preserveAspectRatio="none" aria-hidden className="size-full">
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
      </div>
      <span id={help} className="sr-only">
        Arrows move, Shift and arrows mark, Enter looks closer.
      </span>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span>{absolute(edge(first), zone)}</span>
        {over !== undefined && <span className="font-medium text-ink">{counted(shown, "event")}</span>}
        <span>{absolute(edge(last + 1), zone)}</span>
      </figcaption>
    </figure>
  );
}
