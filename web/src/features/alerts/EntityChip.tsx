import { Link } from "@tanstack/react-router";
import { AppWindow, CircleHelp, Globe, KeyRound, Laptop, type LucideIcon, Server, User, Users } from "lucide-react";
import { Copy } from "../../kit/Copy.tsx";
import { Popover } from "../../kit/Popover.tsx";
import { useCan } from "../session/session.ts";
import { type EntityOf, entityName, kindWord } from "./alert.ts";
import { actedOn, alertsAbout, eventsOf, thisOne, timelineOf } from "./entity.ts";

const icons: Record<string, LucideIcon> = {
  user: User,
  ip: Globe,
  app: AppWindow,
  group: Users,
  device: Laptop,
  session: KeyRound,
  org: Server,
  system: Server,
};

/** Somebody or something that an alert, an event or a case names; pressed, it leads to all about them. */
export function EntityChip({ entity: e, named }: { entity: EntityOf; named?: boolean }) {
  const Icon = icons[e.kind] ?? CircleHelp;
  const name = entityName(e);
  return (
    <Popover
      label={`${kindWord(e.kind)} ${name}`}
      className="w-72 p-3"
      trigger={
        <button
          type="button"
          title={e.name && e.name !== name ? `${e.name}\n${name}` : name}
          className="inline-flex min-h-6 max-w-full min-w-0 items-center gap-1.5 rounded-sm align-middle hover:underline"
        >
          <Icon size={14} aria-hidden className="shrink-0 text-faint" />
          <span className="sr-only">{kindWord(e.kind)} </span>
          <span className="truncate">{name}</span>
          {named && e.name && e.name !== name && <span className="truncate text-muted">{e.name}</span>}
        </button>
      }
    >
      <div className="font-medium wrap-anywhere">{e.name || name}</div>
      {e.login && e.login !== e.name && <div className="text-sm wrap-anywhere text-muted">{e.login}</div>}
      {e.id && e.id !== e.name && (
        <div className="flex items-center gap-1 text-faint">
          <code className="min-w-0 font-mono text-xs wrap-anywhere">{e.id}</code>
          <Copy text={e.id} label="Copy the id" />
        </div>
      )}
      <EntityLinks entity={e} className="mt-2 border-t pt-2" />
    </Popover>
  );
}

/** Where all about somebody or something is. */
export function EntityLinks({ entity: e, className }: { entity: EntityOf; className?: string }) {
  const mayEvents = useCan("events:read");
  const mayActions = useCan("actions:read");
  const events = eventsOf(e);
  const one = thisOne(e.kind);
  const timeline = timelineOf(e);
  const look = "flex min-h-7 items-center text-accent hover:underline pointer-coarse:min-h-11";
  return (
    <ul className={className}>
      {timeline && mayEvents && (
        <li>
          <Link to="/timeline/$kind/$entity" params={timeline} className={look}>
            Timeline of {one}
          </Link>
        </li>
      )}
      {events && mayEvents && (
        <li>
          <Link to="/events" search={events} className={look}>
            Events of {one}
          </Link>
        </li>
      )}
      <li>
        <Link to="/alerts" search={alertsAbout(e)} className={look}>
          Alerts about {one}
        </Link>
      </li>
      {mayActions && actedOn(e) && (
        <li>
          <Link to="/activity" search={{ target: e.id }} className={look}>
            What was done to {one}
          </Link>
        </li>
      )}
    </ul>
  );
}
