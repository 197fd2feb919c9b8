import { clsx } from "clsx";
import { Checkbox } from "./Checkbox.tsx";
import { More } from "./More.tsx";
import { Skeleton } from "./Skeleton.tsx";
import type { DataTableProps } from "./table.ts";

/** A list on a phone: a card for each row. */
export function CardList<T>({
  label,
  columns,
  rows,
  rowKey,
  rowName,
  onOpen,
  selected,
  onSelect,
  more,
  fresh,
  marked,
}: DataTableProps<T>) {
  const at = (place: string) => columns.filter((c) => (c.phone ?? "line") === place);
  if (!rows) {
    return (
      <div role="status" aria-label="Loading" className="divide-y rounded-lg border bg-surface">
        {Array.from({ length: 6 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <div key={i} className="flex flex-col gap-2 px-3.5 py-3">
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="h-3.5 w-1/2" />
          </div>
        ))}
      </div>
    );
  }
  const flip = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  return (
    <div className="rounded-lg border bg-surface">
      <ul aria-label={label} className="divide-y">
        {rows.map((row) => {
          const key = rowKey(row);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the title inside is a link; the card only makes its target larger
            <li
              key={key}
              onClick={(e) => {
                // What is opened from a card, such as a menu, is no part of it.
                const own = e.target instanceof Element && e.currentTarget.contains(e.target) && e.target;
                if (own && !own.closest("a,button,input,label")) onOpen?.(row);
              }}
              className={clsx(
                "flex gap-3 px-3.5 py-2.5",
                (selected?.has(key) || marked === key) && "bg-accent-soft",
                fresh?.has(key) && "arrive",
              )}
            >
              {selected && (
                <Checkbox checked={selected.has(key)} onChange={() => flip(key)} label={`Select ${rowName(row)}`} />
              )}
              <div className="min-w-0 flex-1">
                <div className="flex items-start justify-between gap-3">
                  <div className="min-w-0 flex-1">
                    {at("title").map((c) => (
                      <div key={c.id} className="wrap-anywhere">
                        {c.cell(row)}
                      </div>
                    ))}
                  </div>
                  <div className="flex shrink-0 items-center gap-2 text-sm">
                    {at("aside").map((c) => (
                      <span key={c.id}>{c.cell(row)}</span>
                    ))}
                  </div>
                </div>
                <div className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-sm text-muted">
                  {at("line").map((c) => (
                    <span key={c.id} className="line-clamp-2 min-w-0 wrap-anywhere empty:hidden">
                      {c.named && <span className="text-faint">{c.title.toLowerCase()} </span>}
                      {c.cell(row)}
                    </span>
                  ))}
                </div>
              </div>
            </li>
          );
        })}
      </ul>
      {more && <More {...more} />}
    </div>
  );
}
