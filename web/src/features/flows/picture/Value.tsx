import { clsx } from "clsx";
import {
  Braces,
  CornerDownRight,
  Link2,
  type LucideIcon,
  Radio,
  Repeat,
  SlidersHorizontal,
  TriangleAlert,
  Variable,
} from "lucide-react";
import { useHighlight } from "./highlight.ts";
import { type Expression, origin, pieces, type Reference, sourceCard } from "./pieces.ts";

const icons: Record<Reference["from"], LucideIcon> = {
  event: Radio,
  trigger: Radio,
  input: CornerDownRight,
  request: CornerDownRight,
  row: CornerDownRight,
  before: CornerDownRight,
  options: SlidersHorizontal,
  run: Variable,
  steps: Variable,
  connections: Link2,
  context: Variable,
  index: Repeat,
  memo: Repeat,
  card: Braces,
  item: Repeat,
  error: TriangleAlert,
};

/** A value: text as it stands, and chips that say which other value goes in. */
export function Value({ value, card, wrap }: { value: Expression; card: string; wrap?: boolean }) {
  const list = pieces(value);
  if (list.length === 0) return <span className="text-faint">empty</span>;
  return (
    <span className={clsx(wrap ? "whitespace-pre-wrap wrap-anywhere" : "truncate")}>
      {list.map((p, i) =>
        "ref" in p ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are
          <Chip key={i} of={p.ref} card={card} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are
          <span key={i}>{p.text}</span>
        ),
      )}
    </span>
  );
}

function Chip({ of: r, card }: { of: Reference; card: string }) {
  const { setHighlight } = useHighlight();
  const Icon = icons[r.from];
  const { of, what } = origin(r);
  const source = sourceCard(r);
  const on = () => source && setHighlight({ from: source, to: card });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only marks its source in the picture
    <span
      title={`{{ ${r.text} }}`}
      onMouseEnter={on}
      onMouseLeave={() => setHighlight(null)}
      className="mx-px inline-flex max-w-full items-center gap-1 rounded-sm bg-accent-soft px-1 align-bottom text-accent"
    >
      <Icon size={11} aria-hidden className="shrink-0" />
      <span className="truncate">
        {of}
        {what && <span className="text-ink"> {what}</span>}
      </span>
    </span>
  );
}
