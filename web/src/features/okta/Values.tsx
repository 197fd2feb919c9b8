import { Copy } from "../../kit/Copy.tsx";

export type Value = { name: string; value: string; note?: string };

/** Values to be copied to somewhere else. */
export function Values({ items }: { items: Value[] }) {
  return (
    <dl className="divide-y rounded-lg border bg-surface">
      {items.map((x) => (
        <div key={x.name} className="relative flex gap-x-4 gap-y-0.5 py-2 pr-14 pl-3.5 max-sm:flex-col">
          <dt className="w-52 shrink-0 text-muted">{x.name}</dt>
          <dd className="min-w-0 flex-1">
            <code className="font-mono text-sm wrap-anywhere">{x.value}</code>
            {x.note && <span className="block text-xs text-faint">{x.note}</span>}
            <span className="absolute top-1/2 right-3 -translate-y-1/2">
              <Copy text={x.value} label={`Copy: ${x.name}`} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
