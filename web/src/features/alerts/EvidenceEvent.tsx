import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Json } from "../../kit/Json.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { clientOf } from "./client.ts";
import { EntityChip } from "./EntityChip.tsx";
import { entityOf } from "./entity.ts";
import { Matched } from "./who/Matched.tsx";

type Event = components["schemas"]["EvidenceEvent"];

/** One event of the evidence: who did what to whom from where, and the whole of it on demand. */
export function EvidenceEvent({ event: e }: { event: Event }) {
  const [open, setOpen] = useState(false);
  const targets = e.targets.map(entityOf).filter((t) => t.login || t.name || t.id);
  const client = clientOf(e.raw);
  const failed = e.outcome === "FAILURE" || e.outcome === "DENY";
  return (
    <li className="flex gap-4 px-3.5 py-2.5 max-sm:flex-col max-sm:gap-0.5">
      <div className="w-24 shrink-0 text-sm leading-6 text-muted max-sm:w-auto">
        <Time at={e.published} exact />
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5">
          <Link to="/events/$uuid" params={{ uuid: e.uuid }} className="py-0.5 font-medium wrap-anywhere hover:underline">
            {e.message || e.type}
          </Link>
          {e.outcome && <Tag tone={failed ? "warn" : "quiet"}>{e.outcome.toLowerCase()}</Tag>}
        </div>
        <div className="text-sm wrap-anywhere text-muted">
          <span className="text-ink">
            <EntityChip entity={entityOf(e.actor)} />
          </span>
          {targets.map((t, i) => (
            <Fragment key={`${t.kind} ${t.id} ${t.name}`}>
              {i === 0 ? " to " : ", "}
              <EntityChip entity={t} />
            </Fragment>
          ))}
          {client && <>, {client}</>}
          {e.reason && <>, {e.reason}</>}
        </div>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="mt-0.5 inline-flex min-h-6 items-center gap-1 rounded-sm text-xs text-faint hover:text-ink pointer-coarse:min-h-9"
        >
          <ChevronRight size={12} aria-hidden className={open ? "rotate-90" : undefined} />
          <code className="font-mono">{e.type}</code>
        </button>
        {open && <Matched matched={e.matched} />}
        {open && <Json value={e.raw} label="event" depth={1} className="mt-1" />}
      </div>
    </li>
  );
}
