import { EntityLink } from "../visibility/EntityLink.tsx";
import type { PostureObject } from "./posture.ts";

/** What a finding is about, leading to its page: an entity, a part of one, or the org. */
export function ObjectLink({ tenant, of: o, bold }: { tenant: string; of: PostureObject; bold?: boolean }) {
  if (!o.kind || !o.id) return <span className={bold ? "font-medium" : undefined}>{o.name || "The org"}</span>;
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle">
      <EntityLink tenant={tenant} of={{ kind: o.kind, id: o.id, name: o.name }} bold={bold} />
      {o.part && (
        <span title={`Part ${o.part}`} className="truncate font-mono text-xs text-faint">
          {o.part}
        </span>
      )}
    </span>
  );
}
