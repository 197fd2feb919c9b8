import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { aboutNode, keyOf, type Node, nodeName, nodeNote, type Path, type Step, stepsOf } from "./node.ts";
import { allOpen, type Layout, layout, oneFurther, type Place } from "./pathLayout.ts";
import { stepWords } from "./stepWords.ts";

const size = { w: 188, h: 52, gapX: 132, gapY: 28, edge: 12 };

type Drawn = { step: Step; from: string; to: string };

/** Paths as a graph: it begins with the start, and opens step by step. */
export function PathPicture({
  start,
  paths,
  chosen,
  onChoose,
}: {
  start: Node;
  paths: Path[];
  chosen?: Step;
  onChoose: (s: Step) => void;
}) {
  const steps = useMemo<Drawn[]>(() => stepsOf(paths).map(({ ends, ...step }) => ({ step, ...ends })), [paths]);
  const nodes = useMemo(
    () =>
      new Map(
        steps.flatMap((s) => [
          [s.from, s.step.from],
          [s.to, s.step.to],
        ]),
      ),
    [steps],
  );
  const first = keyOf(start);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => shortest(paths[0], first));
  const box = useRef<HTMLDivElement>(null);
  const l = layout(first, steps, open);
  const at = places(l);
  const go = (key: string) => box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(key)}"]`)?.focus();
  const flip = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const moved = (e: KeyboardEvent, p: Place) => {
    const to = neighbour(e.key, p, l);
    if (e.key === "ArrowRight" && l.closed.has(p.key)) flip(p.key);
    else if (to) go(to);
    else return;
    e.preventDefault();
  };
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Button size="sm" disabled={l.closed.size === 0} onClick={() => setOpen(oneFurther(l, open))}>
          One step further
        </Button>
        <Button size="sm" disabled={l.closed.size === 0} onClick={() => setOpen(allOpen(steps))}>
          All of it
        </Button>
        <Button size="sm" look="quiet" disabled={open.size <= 1} onClick={() => setOpen(new Set([first]))}>
          Fold
        </Button>
        <span className="text-xs text-faint">Arrow keys move; Enter opens and folds.</span>
      </div>
      <section
        aria-label="The paths as a picture"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-auto rounded-lg border bg-sunken"
      >
        <div
          ref={box}
          className="relative"
          style={{
            width: l.depth * (size.w + size.gapX) - size.gapX + 2 * size.edge,
            height: l.rows * (size.h + size.gapY) - size.gapY + 2 * size.edge + 8,
          }}
        >
          <Lines steps={l.steps} at={at} chosen={chosen} />
          {l.steps.map((s) => (
            <StepLabel
              key={`${s.from}>${s.to}`}
              step={s.step}
              from={at.get(s.from)}
              to={at.get(s.to)}
              on={s.step === chosen || same(s.step, chosen)}
              onChoose={() => onChoose(s.step)}
            />
          ))}
          {l.places.map((p) => {
            const node = nodes.get(p.key) ?? start;
            const spot = at.get(p.key);
            return (
              spot && (
                <Box
                  key={p.key}
                  node={node}
                  spot={spot}
                  first={p.key === first}
                  last={!l.closed.has(p.key) && !open.has(p.key)}
                  hidden={l.closed.get(p.key)}
                  open={open.has(p.key)}
                  onFlip={() => flip(p.key)}
                  onKey={(e) => moved(e, p)}
                  id={p.key}
                />
              )
            );
          })}
        </div>
      </section>
    </div>
  );
}

/** What is open at first: the shortest way, where it is short; else its beginning. */
function shortest(path: Path | undefined, first: string): Set<string> {
  return new Set([first, ...(path && path.steps.length <= 4 ? path.steps.map((s) => keyOf(s.from)) : [])]);
}

function same(a: Step, b: Step | undefined): boolean {
  return b !== undefined && keyOf(a.from) === keyOf(b.from) && keyOf(a.to) === keyOf(b.to);
}

type Spot = { x: number; y: number };

function places(l: Layout<Drawn>): Map<string, Spot> {
  const tall = new Map<number, number>();
  for (const p of l.places) tall.set(p.depth, (tall.get(p.depth) ?? 0) + 1);
  return new Map(
    l.places.map((p) => {
      const free = (l.rows - (tall.get(p.depth) ?? 1)) / 2;
      return [
        p.key,
        { x: size.edge + p.depth * (size.w + size.gapX), y: size.edge + (free + p.row) * (size.h + size.gapY) },
      ];
    }),
  );
}

/** Where an arrow key leads. */
function neighbour(key: string, p: Place, l: Layout<Drawn>): string | undefined {
  if (key === "ArrowRight") return l.steps.find((s) => s.from === p.key)?.to;
  if (key === "ArrowLeft") return l.steps.find((s) => s.to === p.key)?.from;
  const by = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  return by === 0 ? undefined : l.places.find((o) => o.depth === p.depth && o.row === p.row + by)?.key;
}

function Lines({ steps, at, chosen }: { steps: Drawn[]; at: Map<string, Spot>; chosen?: Step }) {
  return (
    <svg aria-hidden className="pointer-events-none absolute inset-0 size-full">
      <title>Steps</title>
      {steps.map((s) => {
        const [a, b] = [at.get(s.from), at.get(s.to)];
        if (!a || !b) return null;
        const [x1, y1, x2, y2] = [a.x + size.w, a.y + size.h / 2, b.x, b.y + size.h / 2];
        const mid = size.gapX / 2;
        const on = same(s.step, chosen);
        return (
          <g
            key={`${s.from}>${s.to}`}
            className={on ? "stroke-accent" : "stroke-edge"}
            fill="none"
            strokeWidth={on ? 2 : 1}
          >
            <path
              d={`M${x1} ${y1}C${x1 + mid} ${y1} ${x1 + mid} ${y2} ${x1 + size.gapX} ${y2}L${x2} ${y2}`}
              strokeDasharray={s.step.confidence === "H" ? undefined : "4 3"}
            />
            <path d={`M${x2 - 6} ${y2 - 4}L${x2 - 1} ${y2}L${x2 - 6} ${y2 + 4}`} />
          </g>
        );
      })}
    </svg>
  );
}

/** What a step says, on its line. Pressed, it tells why it is possible. */
function StepLabel({
  step,
  from,
  to,
  on,
  onChoose,
}: {
  step: Step;
  from: Spot | undefined;
  to: Spot | undefined;
  on: boolean;
  onChoose: () => void;
}) {
  if (!from || !to) return null;
  // A point of the line a little nearer to its beginning, where lines have not met yet.
  const x = from.x + size.w + 0.424 * size.gapX;
  const y = from.y + size.h / 2 + 0.352 * (to.y - from.y);
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={`${nodeName(step.from)} ${stepWords(step.kind)} ${nodeName(step.to)}: why`}
      title={step.why}
      onClick={onChoose}
      style={{ left: x, top: y, maxWidth: size.gapX - 20 }}
      className={clsx(
        "absolute line-clamp-2 -translate-x-1/2 -translate-y-1/2 rounded-sm px-1 text-center text-xs leading-4 hover:underline",
        on ? "bg-accent-soft text-accent" : "bg-sunken text-muted",
      )}
    >
      {stepWords(step.kind)}
    </button>
  );
}

function Box({
  id,
  node,
  spot,
  first,
  last,
  hidden,
  open,
  onFlip,
  onKey,
}: {
  id: string;
  node: Node;
  spot: Spot;
  first: boolean;
  last: boolean;
  hidden?: number;
  open: boolean;
  onFlip: () => void;
  onKey: (e: KeyboardEvent) => void;
}) {
  const { icon: Icon } = aboutNode(node);
  return (
    <button
      type="button"
      data-node={id}
      aria-expanded={last ? undefined : open}
      title={`${nodeName(node)}\n${nodeNote(node)}`}
      onClick={() => !last && onFlip()}
      onKeyDown={onKey}
      style={{ left: spot.x, top: spot.y, width: size.w, height: size.h }}
      className={clsx(
        "absolute flex items-center gap-2 rounded-md border bg-surface px-2.5 text-left",
        first && "border-accent",
        node.kind === "role" && node.id === "SUPER_ADMIN" && "border-bad-line bg-bad-soft",
        !last && "hover:bg-hover",
      )}
    >
      <Icon size={16} aria-hidden className="shrink-0 text-faint" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{nodeName(node)}</span>
        <span className="block truncate text-xs text-faint">{nodeNote(node)}</span>
      </span>
      {hidden !== undefined && (
        <span className="flex shrink-0 items-center text-xs text-accent">
          <span className="sr-only">steps hidden: </span>
          {hidden}
          <ChevronRight size={14} aria-hidden />
        </span>
      )}
    </button>
  );
}
