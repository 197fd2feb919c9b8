import type { components } from "../../api/schema.gen.ts";
import { Copy } from "../../kit/Copy.tsx";

/** What Okta's event hook is to be set up with. */
export function HookFacts({ hook }: { hook: components["schemas"]["Hook"] }) {
  const rows: [string, string][] = [
    ["URL", hook.url],
    ["Authentication field", hook.header],
  ];
  if (hook.secret) rows.push(["Authentication secret", hook.secret]);
  return <SetUp rows={rows} />;
}

/** Names and values to be entered somewhere else. */
export function SetUp({ rows }: { rows: [string, string][] }) {
  return (
    <div className="divide-y rounded-md border bg-surface">
      {rows.map(([name, value]) => (
        <div key={name} className="flex items-center gap-3 px-3 py-1.5">
          <span className="w-36 shrink-0 text-sm text-muted max-sm:w-24">{name}</span>
          <span className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{value}</span>
          <Copy text={value} label={`Copy the ${name.toLowerCase()}`} />
        </div>
      ))}
    </div>
  );
}
