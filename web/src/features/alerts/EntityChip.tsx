import { Link } from "@tanstack/react-router";
import { AppWindow, CircleHelp, Globe, KeyRound, Laptop, type LucideIcon, Server, User, Users } from "lucide-react";
import { type EntityOf, entityName, kindWord } from "./alert.ts";

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

/** Whom or what an alert is about; it leads to all alerts about the same. */
export function EntityChip({ entity, named }: { entity: EntityOf; named?: boolean }) {
  const Icon = icons[entity.kind] ?? CircleHelp;
  return (
    <Link
      to="/alerts"
      search={aboutThis(entity)}
      title={`${kindWord(entity.kind)} ${entity.name}: show all alerts about it`}
      className="inline-flex min-h-6 max-w-full min-w-0 items-center gap-1.5 align-middle hover:underline"
    >
      <Icon size={14} aria-hidden className="shrink-0 text-faint" />
      <span className="sr-only">{kindWord(entity.kind)} </span>
      <span className="truncate">{entityName(entity)}</span>
      {named && entity.name && entity.name !== entityName(entity) && (
        <span className="truncate text-muted">{entity.name}</span>
      )}
    </Link>
  );
}

/** The address of the list of all alerts about something. */
export function aboutThis(e: EntityOf) {
  return { view: "all", entity: e.id || e.login || e.name, entityKind: e.kind };
}
