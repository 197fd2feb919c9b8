import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useRef, useState } from "react";
import { CardList } from "./CardList.tsx";
import { Checkbox } from "./Checkbox.tsx";
import { useKeys } from "./keys.ts";
import { More } from "./More.tsx";
import { Skeleton } from "./Skeleton.tsx";
import { type Column, type DataTableProps, rowHeight, type Sort, step, toggle } from "./table.ts";
import { usePhone } from "./useMedia.ts";

/** A list in rows of 36 pixels: j and k move, Enter opens, x selects. Long ones draw what is in sight. */
export function DataTable<T>(props: DataTableProps<T>) {
  const phone = usePhone();
  if (props.rows?.length === 0) return props.empty;
  if (phone) return <CardList {...props} />;
  return <Grid {...props} />;
}

function Grid<T>(props: DataTableProps<T>) {
  const { label, columns, rows, rowKey, rowName, onOpen, selected, onSelect, more, fresh, marked } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const list = rows ?? [];
  const keys = list.map(rowKey);
  const [current, setCurrent] = useState(-1);
  const lastToggled = useRef<number | null>(null);
  const virtual = useWindowVirtualizer({
    count: list.length,
    estimateSize: () => rowHeight,
    overscan: 24,
    scrollMargin: body.current?.offsetTop ?? 0,
    scrollPaddingStart: 64,
    scrollPaddingEnd: 64,
  });
  const all = list.length <= 100;
  const items = all ? list.map((_, index) => ({ index })) : virtual.getVirtualItems();
  const above = all ? 0 : (items[0]?.index ?? 0) * rowHeight;
  const below = all ? 0 : (list.length - 1 - (items.at(-1)?.index ?? list.length - 1)) * rowHeight;

  const focusRow = (i: number) => {
    setCurrent(i);
    if (!all) virtual.scrollToIndex(i);
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`tr[data-index="${i}"]`)?.focus());
  };
  const flip = (i: number, shift: boolean) => {
    if (!selected || !onSelect) return;
    onSelect(toggle(selected, keys, i, shift ? lastToggled.current : null));
    lastToggled.current = i;
  };
  useKeys([
    { keys: "j", label: "Next row", group: "Lists", run: () => focusRow(step(current, 1, list.length)) },
    { keys: "k", label: "Row before", group: "Lists", run: () => focusRow(step(current, -1, list.length)) },
    ...(onSelect
      ? [{ keys: "x", label: "Select the row", group: "Lists", run: () => current >= 0 && flip(current, false) }]
      : []),
  ]);

  return (
    <div className="overflow-x-clip rounded-lg border bg-surface">
      <table className="w-full table-fixed border-separate border-spacing-0">
        <caption className="sr-only">{label}</caption>
        <colgroup>
          {selected && <col className="w-10" />}
          {columns.map((c) => (
            <col key={c.id} style={{ width: c.width }} className={hidden(c)} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selected && (
              <th scope="col" className="sticky top-0 z-10 rounded-tl-lg border-b bg-sunken pl-3 text-left">
                <Checkbox
                  checked={selected.size === 0 ? false : selected.size >= list.length ? true : "some"}
                  onChange={(on) => onSelect?.(new Set(on ? keys : []))}
                  label="Select all that are loaded"
                />
              </th>
            )}
            {columns.map((c) => (
              <HeadCell key={c.id} column={c} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {above > 0 && <Gap height={above} />}
          {items.map(({ index: i }) => {
            const row = list[i];
            const key = keys[i];
            if (row === undefined || key === undefined) return null;
            return (
              <tr
                key={key}
                data-index={i}
                tabIndex={i === Math.max(0, current) ? 0 : -1}
                aria-selected={selected?.has(key)}
                onFocus={(e) => e.target === e.currentTarget && setCurrent(i)}
                onClick={(e) => {
                  // What is opened from a row, such as a menu, is no part of it.
                  const within = e.target instanceof Node && e.currentTarget.contains(e.target);
                  if (onOpen && within && !interactive(e.target) && !window.getSelection()?.toString()) onOpen(row);
                }}
                onKeyDown={(e) => {
                  if (e.key === "Enter" && e.target === e.currentTarget) {
                    e.preventDefault();
                    onOpen?.(row);
                  }
                }}
                className={clsx(
                  "group/row outline-offset-[-2px] hover:bg-hover",
                  onOpen && "cursor-pointer",
                  (selected?.has(key) || marked === key) && "bg-accent-soft hover:bg-accent-soft",
                  fresh?.has(key) && "arrive",
                )}
              >
                {selected && (
                  <td className="h-9 border-t border-line pl-3 group-first/row:border-t-0">
                    <Checkbox
                      checked={selected.has(key)}
                      onChange={() => flip(i, false)}
                      label={`Select ${rowName(row)}`}
                    />
                  </td>
                )}
                {columns.map((c) => (
                  <td
                    key={c.id}
                    className={clsx(
                      "h-9 truncate border-t border-line px-3 group-first/row:border-t-0",
                      c.right && "text-right",
                      hidden(c),
                    )}
                  >
                    {c.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {rows === undefined && <LoadingRows columns={columns} selectable={selected !== undefined} />}
          {below > 0 && <Gap height={below} />}
        </tbody>
      </table>
      {more && <More {...more} />}
    </div>
  );
}

const hiding = { 768: "max-md:hidden", 1024: "max-lg:hidden", 1280: "max-xl:hidden", 1536: "max-2xl:hidden" } as const;

function hidden<T>(c: Column<T>) {
  return c.from && hiding[c.from];
}

function interactive(target: EventTarget): boolean {
  return (
    target instanceof Element &&
    target.closest("a, button, input, label, select, [role=checkbox], [role=switch]") !== null
  );
}

function HeadCell<T>({ column: c, sort, onSort }: { column: Column<T>; sort?: Sort; onSort?: (s: Sort) => void }) {
  const on = sort?.by === c.id;
  const Arrow = sort?.down ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={on ? (sort.down ? "descending" : "ascending") : undefined}
      className={clsx(
        "sticky top-0 z-10 h-8 truncate border-b bg-sunken px-3 text-left text-xs font-medium text-muted first:rounded-tl-lg last:rounded-tr-lg",
        c.right && "text-right",
        hidden(c),
      )}
    >
      {c.sort && onSort ? (
        <button
          type="button"
          onClick={() => onSort({ by: c.id, down: on ? !sort.down : false })}
          className="inline-flex max-w-full items-center gap-1 rounded-sm align-middle hover:text-ink"
        >
          <span className="truncate">{c.title}</span>
          {on && <Arrow size={12} aria-hidden className="shrink-0" />}
        </button>
      ) : (
        <span className={c.hideTitle ? "sr-only" : undefined}>{c.title}</span>
      )}
    </th>
  );
}

/** The rows out of sight. One cell is enough; a cell that spans more columns than there are would make further ones. */
function Gap({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height }} />
    </tr>
  );
}

const shades = ["w-3/5", "w-4/5", "w-2/5", "w-1/2"];

function LoadingRows<T>({ columns, selectable }: { columns: Column<T>[]; selectable: boolean }) {
  return Array.from({ length: 8 }, (_, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
    <tr key={i} aria-hidden className="group/row">
      {selectable && <td className="h-9 border-t border-line group-first/row:border-t-0" />}
      {columns.map((c, j) => (
        <td key={c.id} className={clsx("h-9 border-t border-line px-3 group-first/row:border-t-0", hidden(c))}>
          <Skeleton className={clsx("h-3.5", shades[(i + j) % shades.length])} />
        </td>
      ))}
    </tr>
  ));
}
