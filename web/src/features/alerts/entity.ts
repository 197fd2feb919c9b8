// People, addresses, apps and whatever else alerts and events are about, and where all about them is found.
import type { components } from "../../api/schema.gen.ts";
import { quoted } from "../events/query.ts";
import { type EntityOf, kindWord } from "./alert.ts";

const kinds: Record<string, string> = {
  User: "user",
  UserGroup: "group",
  AppInstance: "app",
  PublicClientApp: "app",
  PublicClientAppEntity: "app",
  SystemPrincipal: "system",
  "IP address": "ip",
  AppUser: "user",
};

/** Whom an event names, as alerts have it. What is called unknown is not named. */
export function entityOf(e: components["schemas"]["Entity"]): EntityOf {
  const told = (v: string | undefined) => (v && v !== "unknown" ? v : "");
  // The id of somebody in an app is not theirs; their login is.
  const id = e.type === "AppUser" ? "" : told(e.id);
  return { kind: kinds[e.type] ?? "other", id, login: told(e.login), name: told(e.name) };
}

/** The address of the list of all alerts about something. */
export function alertsAbout(e: EntityOf) {
  return { view: "all", entity: e.id || e.login || e.name, entityKind: e.kind };
}

/** The address of all events of something, or nothing where there is no telling them. */
export function eventsOf(e: EntityOf): { filter: string; range: string } | undefined {
  const any = (filter: string) => ({ filter, range: "all" });
  if (e.kind === "org") return undefined;
  if (e.kind === "ip") return any(`client.ipAddress eq ${quoted(e.id || e.name)}`);
  if (e.kind === "session") return any(`authenticationContext.externalSessionId eq ${quoted(e.id || e.name)}`);
  if (e.id) return any(`actor.id eq ${quoted(e.id)} or target.id eq ${quoted(e.id)}`);
  if (e.login) return any(`actor.alternateId eq ${quoted(e.login)} or target.alternateId eq ${quoted(e.login)}`);
  return undefined;
}

/** What the address of a timeline says of whom it is, or nothing where there is none. */
export function timelineOf(e: EntityOf): { kind: string; entity: string } | undefined {
  const entity = e.id || (e.kind === "user" ? e.login : "");
  return entity && ["user", "group", "app", "device"].includes(e.kind) ? { kind: e.kind, entity } : undefined;
}

/** Whether the server may have done something to it, which its activity tells. */
export function actedOn(e: EntityOf): boolean {
  return e.id !== "" && ["user", "group", "app"].includes(e.kind);
}

/** "this person", "this address". */
export function thisOne(kind: string): string {
  const word = kindWord(kind);
  return word === "Other" || word === "Okta" ? "this" : `this ${word.toLowerCase()}`;
}
