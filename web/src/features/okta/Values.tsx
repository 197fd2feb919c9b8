import { Copy } from "../../kit/Copy.tsx";

export type Value = { name: string; value: string; note?: string };

/** Values to be copied to somewhere else. */
export function Values({ items }: { items: Value[] }) {
  return (
    <dl className="divide-y rounded-lg border bg-surface">
      {items.map((x) => (
        <div key={x.name} className="flex items-center gap-3 px-3.5 py-2 max-sm:items-start">
          <div className="flex min-w-0 flex-1 gap-x-4 gap-y-0.5 max-sm:flex-col">
            <dt className="w-52 shrink-0 text-muted">{x.name}</dt>
            <dd className="min-w-0 flex-1">
              <code className="font-mono text-sm wrap-anywhere">{x.value}</code>
              {x.note && <span className="block text-xs text-faint">{x.note}</span>}
            </dd>
          </div>
          <Copy text={x.value} label={`Copy: ${x.name}`} />
        </div>
      ))}
    </dl>
  );
}
