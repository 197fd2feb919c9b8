import { Link } from "@tanstack/react-router";
import { Check, CircleDashed, TriangleAlert, X } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";

type Performance = components["schemas"]["Performance"];

/** The alerts that a scenario should raise, whether they are there, and others that are. */
export function AlertColumn({ performance: p, watching }: { performance?: Performance; watching: boolean }) {
  if (!p) return null;
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {p.expected.map((e) => (
        <li key={`${e.rule.slug} ${e.entity?.id}`} className="flex items-start gap-2 px-3 py-2">
          <Mark there={Boolean(e.alertId)} watching={watching} />
          <div className="min-w-0 flex-1">
            {e.alertId ? (
              <Link to="/alerts/$id" params={{ id: e.alertId }} className="block hover:underline">
                {e.rule.title}
              </Link>
            ) : (
              <span className="block">{e.rule.title}</span>
            )}
            <span className="block text-sm wrap-anywhere text-muted">
              about {e.about}
              {e.entity?.name && e.entity.name !== e.entity.id && `, ${e.entity.name}`}
              {!e.rule.enabled && ". The rule is off."}
            </span>
          </div>
        </li>
      ))}
      {p.others.map((a) => (
        <li key={a.id} className="flex items-start gap-2 px-3 py-2">
          <TriangleAlert size={15} aria-label="Nobody expected it" className="mt-0.5 shrink-0 text-warn" />
          <div className="min-w-0 flex-1">
            <Link to="/alerts/$id" params={{ id: a.id }} className="block hover:underline">
              {a.title}
            </Link>
            <span className="block text-sm text-muted">nobody expected it</span>
          </div>
        </li>
      ))}
      {p.expected.length === 0 && p.others.length === 0 && (
        <li className="px-3 py-2 text-muted">No alert should come of it, and none has.</li>
      )}
    </ul>
  );
}

function Mark({ there, watching }: { there: boolean; watching: boolean }) {
  if (there) return <Check size={15} aria-label="There" className="mt-0.5 shrink-0 text-accent" />;
  if (watching) {
    return <CircleDashed size={15} aria-label="Not there yet" className="breathe mt-0.5 shrink-0 text-edge" />;
  }
  return <X size={15} aria-label="It did not come" className="mt-0.5 shrink-0 text-bad" />;
}
