// What an org consists of, in words.
import {
  AppWindow,
  Bot,
  Boxes,
  Braces,
  Building2,
  Cable,
  Fingerprint,
  Globe,
  KeyRound,
  Laptop,
  LockKeyhole,
  type LucideIcon,
  Mail,
  Paintbrush,
  Settings2,
  Shield,
  ShieldCheck,
  ToggleRight,
  User,
  Users,
  Webhook,
} from "lucide-react";
import type { components } from "../../api/schema.gen.ts";

export type Kind = components["schemas"]["EntityKind"];
export type Relation = components["schemas"]["Relation"];

type About = { one: string; many: string; icon: LucideIcon; group: Group };

/** How the kinds are put together where all of them stand. */
export const groups = ["People", "Apps and clients", "Administration", "Policies", "Network and hooks", "Org"] as const;
type Group = (typeof groups)[number];

const abouts: Record<Kind | "outside" | "binding", About> = {
  user: { one: "person", many: "People", icon: User, group: "People" },
  group: { one: "group", many: "Groups", icon: Users, group: "People" },
  group_rule: { one: "group rule", many: "Group rules", icon: Braces, group: "People" },
  factor: { one: "factor", many: "Factors of admins", icon: Fingerprint, group: "People" },
  device: { one: "device", many: "Devices", icon: Laptop, group: "People" },
  user_type: { one: "user type", many: "User types", icon: User, group: "People" },
  user_schema: { one: "user schema", many: "User schemas", icon: Braces, group: "People" },
  linked_object: { one: "linked object", many: "Linked objects", icon: Cable, group: "People" },
  realm: { one: "realm", many: "Realms", icon: Boxes, group: "People" },
  realm_assignment: { one: "realm assignment", many: "Realm assignments", icon: Boxes, group: "People" },
  app: { one: "app", many: "Apps", icon: AppWindow, group: "Apps and clients" },
  api_service: {
    one: "API service integration",
    many: "API service integrations",
    icon: Bot,
    group: "Apps and clients",
  },
  auth_server: {
    one: "authorization server",
    many: "Authorization servers",
    icon: LockKeyhole,
    group: "Apps and clients",
  },
  idp: { one: "identity provider", many: "Identity providers", icon: Building2, group: "Apps and clients" },
  idp_key: {
    one: "key of identity providers",
    many: "Identity provider keys",
    icon: KeyRound,
    group: "Apps and clients",
  },
  profile_mapping: { one: "profile mapping", many: "Profile mappings", icon: Cable, group: "Apps and clients" },
  agent_pool: { one: "agent pool", many: "Agent pools", icon: Bot, group: "Apps and clients" },
  role: { one: "admin role", many: "Admin roles", icon: ShieldCheck, group: "Administration" },
  custom_role: { one: "custom role", many: "Custom roles", icon: ShieldCheck, group: "Administration" },
  resource_set: { one: "resource set", many: "Resource sets", icon: Boxes, group: "Administration" },
  api_token: { one: "API token", many: "API tokens", icon: KeyRound, group: "Administration" },
  scope: { one: "scope", many: "Scopes", icon: KeyRound, group: "Administration" },
  policy: { one: "policy", many: "Policies", icon: Shield, group: "Policies" },
  authenticator: { one: "authenticator", many: "Authenticators", icon: Fingerprint, group: "Policies" },
  behavior: { one: "behaviour", many: "Behaviours", icon: Shield, group: "Policies" },
  device_assurance: { one: "device assurance policy", many: "Device assurance", icon: Laptop, group: "Policies" },
  zone: { one: "network zone", many: "Network zones", icon: Globe, group: "Network and hooks" },
  trusted_origin: { one: "trusted origin", many: "Trusted origins", icon: Globe, group: "Network and hooks" },
  event_hook: { one: "event hook", many: "Event hooks", icon: Webhook, group: "Network and hooks" },
  inline_hook: { one: "inline hook", many: "Inline hooks", icon: Webhook, group: "Network and hooks" },
  log_stream: { one: "log stream", many: "Log streams", icon: Cable, group: "Network and hooks" },
  event_provider: { one: "signal provider", many: "Signal providers", icon: Cable, group: "Network and hooks" },
  rate_limit: { one: "rate limit", many: "Rate limits", icon: Settings2, group: "Network and hooks" },
  org: { one: "org", many: "Org", icon: Building2, group: "Org" },
  brand: { one: "brand", many: "Brands", icon: Paintbrush, group: "Org" },
  domain: { one: "domain", many: "Domains", icon: Globe, group: "Org" },
  email_domain: { one: "mail domain", many: "Mail domains", icon: Mail, group: "Org" },
  email_server: { one: "mail server", many: "Mail servers", icon: Mail, group: "Org" },
  feature: { one: "feature", many: "Features", icon: ToggleRight, group: "Org" },
  auth0_user: { one: "account", many: "Accounts", icon: User, group: "People" },
  auth0_organization: { one: "organization", many: "Organizations", icon: Building2, group: "People" },
  auth0_client: { one: "application", many: "Applications", icon: AppWindow, group: "Apps and clients" },
  auth0_connection: { one: "connection", many: "Connections", icon: Cable, group: "Apps and clients" },
  auth0_role: { one: "role", many: "Roles", icon: ShieldCheck, group: "Administration" },
  // Ends of paths, which are no entities.
  outside: { one: "system elsewhere", many: "Systems elsewhere", icon: Globe, group: "Administration" },
  binding: { one: "role over a part", many: "Roles over a part", icon: ShieldCheck, group: "Administration" },
  setting: { one: "setting", many: "Settings", icon: Settings2, group: "Org" },
};

/** All kinds, as they stand in a list. */
export const kinds = Object.keys(abouts) as Kind[];

export function isKind(text: string | undefined): text is Kind {
  return text !== undefined && text in abouts;
}

export function aboutKind(kind: Kind): About {
  return abouts[kind];
}

const roles: Record<string, string> = {
  SUPER_ADMIN: "Super Administrator",
  ORG_ADMIN: "Organization Administrator",
  APP_ADMIN: "Application Administrator",
  USER_ADMIN: "Group Administrator",
  HELP_DESK_ADMIN: "Help Desk Administrator",
  GROUP_MEMBERSHIP_ADMIN: "Group Membership Administrator",
  API_ACCESS_MANAGEMENT_ADMIN: "API Access Management Administrator",
  MOBILE_ADMIN: "Mobile Administrator",
  READ_ONLY_ADMIN: "Read-only Administrator",
  REPORT_ADMIN: "Report Administrator",
  WORKFLOWS_ADMIN: "Workflows Administrator",
};

/** What something is called: its name, a role's in full, else its id. */
export function nameOf(e: { kind: string; id: string; name?: string }): string {
  if (e.kind === "role") return roles[e.id] ?? e.id;
  if (e.kind === "setting") return settingName(e.id);
  return e.name || e.id;
}

/** Whether it has a page: some are ends of relations or paths alone, and no entities. */
export function hasPage(kind: string): boolean {
  return isKind(kind) && !["role", "scope", "outside", "binding"].includes(kind);
}

const settings: Record<string, string> = {
  threat_insight: "ThreatInsight",
  captcha: "CAPTCHA",
  client_privileges: "Default privileges of clients",
  third_party_admin: "Third-party administrators",
  support_access: "Access of Okta's support",
  notification_mails: "Security notification mails",
  user_lockout: "Lockout of people",
  role_subscriptions: "Mails to super administrators",
};

function settingName(id: string): string {
  return settings[id] ?? capital(id.replaceAll("_", " "));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A relation as it reads at either end. */
const relations: Record<Relation, { from: string; to: string; name: string }> = {
  member_of: { name: "Memberships", from: "Member of", to: "Members" },
  assigned: { name: "Assignments of people", from: "Assigned to", to: "People assigned themselves" },
  assigned_via: { name: "Assignments of groups", from: "Gives the apps", to: "Groups that give it" },
  has_role: { name: "Admin roles held", from: "Admin roles", to: "Who holds it" },
  granted_scope: { name: "Scopes granted", from: "Scopes granted", to: "Apps it is granted to" },
  owns: { name: "Owners of groups", from: "Owns", to: "Owners" },
  uses_device: { name: "Use of devices", from: "Devices", to: "Used by" },
  holds: { name: "Roles held", from: "Roles", to: "Who has it" },
  pushes_to: { name: "Group pushes", from: "Pushed to", to: "Groups pushed to it" },
};

export const relationList = Object.keys(relations) as Relation[];

export function aboutRelation(r: Relation) {
  return relations[r];
}

/** What relations something of a kind can have, at which end. */
export function relationsOf(kind: Kind): { relation: Relation; direction: "from" | "to" }[] {
  const of = (direction: "from" | "to", ...list: Relation[]) => list.map((relation) => ({ relation, direction }));
  switch (kind) {
    case "user":
      return of("from", "has_role", "member_of", "assigned", "owns", "uses_device");
    case "group":
      return [
        ...of("from", "has_role"),
        ...of("to", "owns", "member_of"),
        ...of("from", "assigned_via", "pushes_to", "owns"),
      ];
    case "app":
      return [...of("from", "has_role", "granted_scope"), ...of("to", "assigned_via", "assigned", "pushes_to")];
    case "custom_role":
      return of("to", "has_role");
    case "device":
      return of("to", "uses_device");
    case "auth0_user":
      return of("from", "holds", "member_of");
    case "auth0_role":
      return of("to", "holds");
    case "auth0_organization":
      return of("to", "member_of");
    default:
      return [];
  }
}

/** What a collection of a reading is called: a kind, a relation, a part of a kind, a setting. */
export function collectionName(name: string): string {
  if (isKind(name)) return abouts[name].many;
  if (name in relations) return relations[name as Relation].name;
  const dot = name.indexOf(".");
  if (dot < 0) return capital(name.replaceAll("_", " "));
  const [kind, part] = [name.slice(0, dot), name.slice(dot + 1)];
  if (kind === "setting") return settingName(part);
  const words = part.replace(/([A-Z])/g, (c) => ` ${c.toLowerCase()}`).replaceAll("_", " ");
  return `${isKind(kind) ? abouts[kind].many : capital(kind)}: ${words}`;
}
