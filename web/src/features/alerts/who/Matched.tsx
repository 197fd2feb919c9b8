import type { components } from "../../../api/schema.gen.ts";
import { Facts } from "../../../kit/Page.tsx";

/** What the rule looked at in an event. */
export function Matched({ matched }: { matched: components["schemas"]["LookedAt"][] }) {
  if (matched.length === 0) return null;
  return (
    <div className="mt-1.5">
      <div className="text-xs text-faint">What the rule looked at</div>
      <Facts
        className="mt-0.5 font-mono text-xs"
        items={matched.map((m) => [m.path, m.values.length > 0 ? m.values.join(", ") : "nothing there"])}
      />
    </div>
  );
}
