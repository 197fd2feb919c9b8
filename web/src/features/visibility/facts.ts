// What of an entity's JSON matters to a reader, and how it reads.
import { count } from "../../kit/time.ts";
import type { Kind } from "./kinds.ts";

/** A fact: its name, its value, and how the value is to be shown. */
export type Fact = {
  name: string;
  value: unknown;
  as: "text" | "time" | "code" | "list";
  /** The values are ids of this kind. */
  ids?: Kind;
};

type Line = [name: string, path: string, ids?: Kind];

const named: Line[] = [
  ["Status", "status"],
  ["Type", "type"],
];

const made: Line[] = [
  ["Made", "created"],
  ["Changed", "lastUpdated"],
];

const lines: Partial<Record<Kind, Line[]>> = {
  auth0_user: [
    ["Mail", "email"],
    ["Mail verified", "email_verified"],
    ["Name", "name"],
    ["Username", "username"],
    ["Blocked", "blocked"],
    ["Deactivated by Okta", "user_metadata.okta.deactivated"],
    ["Last sign-in", "last_login"],
    ["Sign-ins", "logins_count"],
    ["Last address", "last_ip"],
    ["Made", "created_at"],
    ["Password changed", "last_password_reset"],
  ],
  auth0_role: [["Description", "description"]],
  auth0_organization: [["Name", "name"]],
  auth0_client: [
    ["Type", "app_type"],
    ["Description", "description"],
    ["First party", "is_first_party"],
    ["Grant types", "grant_types"],
    ["Client authentication", "token_endpoint_auth_method"],
    ["Redirects", "callbacks"],
  ],
  auth0_connection: [
    ["Strategy", "strategy"],
    ["Domain", "options.domain"],
    ["Issuer", "options.issuer"],
  ],
  user: [
    ["Status", "status"],
    ["Login", "profile.login"],
    ["Mail", "profile.email"],
    ["Second mail", "profile.secondEmail"],
    ["First name", "profile.firstName"],
    ["Last name", "profile.lastName"],
    ["Title", "profile.title"],
    ["Department", "profile.department"],
    ["Manager", "profile.manager"],
    ["Kind", "profile.userType"],
    ["Last sign-in", "lastLogin"],
    ["Password changed", "passwordChanged"],
    ["Password from", "credentials.provider.name"],
    ["Activated", "activated"],
    ["Status changed", "statusChanged"],
    ["Realm", "realmId", "realm"],
  ],
  group: [
    ["Type", "type"],
    ["Description", "profile.description"],
    ["People", "stats.usersCount"],
    ["Apps", "stats.appsCount"],
    ["Gives admin rights", "stats.hasAdminPrivilege"],
    ["Pushed to apps", "stats.groupPushMappingsCount"],
    ["Comes from", "source", "app"],
    ["Members changed", "lastMembershipUpdated"],
  ],
  group_rule: [
    ["Status", "status"],
    ["When", "conditions.expression.value"],
    ["Not for", "conditions.people.users.exclude", "user"],
    ["Puts into", "actions.assignUserToGroups.groupIds", "group"],
  ],
  app: [
    ["Status", "status"],
    ["Sign-on", "signOnMode"],
    ["Catalogue name", "name"],
    ["Features", "features"],
    ["Sign-on policy", "accessPolicy", "policy"],
    ["Application type", "settings.oauthClient.application_type"],
    ["Grant types", "settings.oauthClient.grant_types"],
    ["Client authentication", "credentials.oauthClient.token_endpoint_auth_method"],
    ["Client id", "credentials.oauthClient.client_id"],
    ["Redirects", "settings.oauthClient.redirect_uris"],
    ["DPoP", "settings.oauthClient.dpop_bound_access_tokens"],
    ["Provisioning", "connection.status"],
    ["Last used", "lastUsed"],
  ],
  policy: [
    ["Status", "status"],
    ["Type", "type"],
    ["Description", "description"],
    ["Order", "priority"],
    ["Okta's own", "system"],
    ["Groups", "conditions.people.groups.include", "group"],
    ["Not for groups", "conditions.people.groups.exclude", "group"],
    ["Apps", "mappings", "app"],
  ],
  api_token: [
    ["Whose", "userId", "user"],
    ["Client", "clientName"],
    ["From", "network.connection"],
    ["Last used", "lastUsed"],
    ["Expires", "expiresAt"],
    ["Window", "tokenWindow"],
  ],
  api_service: [
    ["Type", "type"],
    ["Scopes", "grantedScopes"],
    ["Made by", "createdBy"],
    ["Guide", "configGuideUrl"],
  ],
  custom_role: [
    ["Description", "description"],
    ["Permissions", "permissions"],
  ],
  resource_set: [["Description", "description"]],
  idp: [
    ["Status", "status"],
    ["Type", "type"],
    ["Protocol", "protocol.type"],
    ["Issuer", "protocol.credentials.trust.issuer"],
    ["Account links", "policy.accountLink.action"],
    ["Makes people", "policy.provisioning.action"],
    ["Groups", "policy.provisioning.groups.action"],
    ["Profile master", "policy.provisioning.profileMaster"],
  ],
  auth_server: [
    ["Status", "status"],
    ["Issuer", "issuer"],
    ["Audiences", "audiences"],
    ["Description", "description"],
  ],
  authenticator: [
    ["Status", "status"],
    ["Key", "key"],
    ["Type", "type"],
    ["Allowed for", "settings.allowedFor"],
    ["User verification", "settings.userVerification"],
    ["FIPS", "settings.compliance.fips"],
  ],
  zone: [
    ["Status", "status"],
    ["Type", "type"],
    ["Use", "usage"],
    ["Okta's own", "system"],
    ["Gateways", "gateways"],
    ["Proxies", "proxies"],
    ["Places", "locations"],
  ],
  factor: [
    ["Status", "status"],
    ["Factor", "factorType"],
    ["Provider", "provider"],
    ["Whose", "user", "user"],
    ["Last checked", "lastVerified"],
  ],
  device: [
    ["Status", "status"],
    ["Platform", "profile.platform"],
    ["System", "profile.osVersion"],
    ["Maker", "profile.manufacturer"],
    ["Model", "profile.model"],
    ["Serial number", "profile.serialNumber"],
    ["Registered", "profile.registered"],
    ["Secure hardware", "profile.secureHardwarePresent"],
    ["Disk encryption", "profile.diskEncryptionType"],
  ],
  org: [
    ["Company", "companyName"],
    ["Status", "status"],
    ["Subdomain", "subdomain"],
    ["Website", "website"],
    ["Expires", "expiresAt"],
    ["Contacts", "contacts"],
  ],
  event_hook: [
    ["Status", "status"],
    ["Sends to", "channel.config.uri"],
    ["Verified", "verificationStatus"],
    ["Events", "events.items"],
  ],
  inline_hook: [
    ["Status", "status"],
    ["Type", "type"],
    ["Sends to", "channel.config.uri"],
  ],
  log_stream: [
    ["Status", "status"],
    ["Type", "type"],
    ["Region", "settings.region"],
    ["Host", "settings.host"],
  ],
  trusted_origin: [
    ["Status", "status"],
    ["Origin", "origin"],
  ],
  domain: [
    ["Domain", "domain"],
    ["Verified", "validationStatus"],
    ["Certificate from", "certificateSourceType"],
    ["Certificate ends", "publicCertificate.expiration"],
  ],
  feature: [
    ["Status", "status"],
    ["Description", "description"],
    ["Stage", "stage.value"],
  ],
  brand: [
    ["Default", "isDefault"],
    ["Privacy policy", "customPrivacyPolicyUrl"],
  ],
};

/** The facts of something that a reader wants first, those that are there. */
export function factsOf(kind: Kind, body: unknown): Fact[] {
  const out: Fact[] = [];
  const seen = new Set<string>();
  for (const [name, path, ids] of [...(lines[kind] ?? named), ...made]) {
    if (seen.has(path)) continue;
    seen.add(path);
    const value = at(body, path);
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    out.push({ name, value: readable(value), as: shownAs(path, value), ...(ids && { ids }) });
  }
  if (kind === "setting") out.push(...settingFacts(body));
  return out;
}

function settingFacts(body: unknown): Fact[] {
  if (body === null || typeof body !== "object") return [];
  return Object.entries(body)
    .filter(([k, v]) => !["id", "created", "lastUpdated"].includes(k) && (v === null || typeof v !== "object"))
    .map(([k, v]) => ({ name: fieldName(k), value: readable(v), as: shownAs(k, v) }));
}

/** "maxAgeDays" as "Max age days". */
export function fieldName(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const when = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

function shownAs(path: string, v: unknown): Fact["as"] {
  if (typeof v === "string" && when.test(v)) return "time";
  if (Array.isArray(v)) return "list";
  if (typeof v === "object" && v !== null) return "list";
  return typeof v === "string" && /(^|\.)(id|client_id|value|.*Id)$/.test(path) && path !== "stage.value"
    ? "code"
    : "text";
}

function readable(v: unknown): unknown {
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "number") return count(v);
  if (Array.isArray(v)) return v.map(item);
  if (v !== null && typeof v === "object") return Object.entries(v).map(([k, x]) => `${k}: ${item(x)}`);
  return v;
}

function item(v: unknown): string {
  if (v === null || typeof v !== "object") return String(v);
  const o = v as Record<string, unknown>;
  const name = o.value ?? o.name ?? o.label ?? o.id;
  return typeof name === "string" ? name : JSON.stringify(v);
}

/** What stands at a dotted path. */
export function at(body: unknown, path: string): unknown {
  let v = body;
  for (const key of path.split(".")) {
    if (v === null || typeof v !== "object") return undefined;
    v = (v as Record<string, unknown>)[key];
  }
  return v;
}

const gists: Partial<Record<Kind, string[]>> = {
  user: ["status", "profile.title", "profile.department"],
  group: ["type", "profile.description"],
  group_rule: ["status", "conditions.expression.value"],
  app: ["status", "signOnMode"],
  policy: ["type", "status"],
  api_token: ["clientName", "lastUsed"],
  factor: ["factorType", "provider", "status"],
  device: ["status", "profile.platform", "profile.osVersion"],
  idp: ["type", "status"],
  zone: ["type", "usage", "status"],
  authenticator: ["key", "status"],
  custom_role: ["description"],
  resource_set: ["description"],
  event_hook: ["status", "channel.config.uri"],
  inline_hook: ["type", "status"],
  trusted_origin: ["status", "origin"],
  auth_server: ["status", "issuer"],
  feature: ["status", "description"],
  domain: ["validationStatus", "domain"],
};

/** What something is like, in a line. */
export function gist(kind: Kind, body: unknown): string {
  return (gists[kind] ?? ["status", "type", "description"])
    .map((p) => at(body, p))
    .filter((v): v is string => typeof v === "string" && v !== "")
    .map((v) => (when.test(v) ? v.slice(0, 10) : capitals(v)))
    .join(", ");
}

/** Okta's words in capitals as one reads them: PASSWORD_EXPIRED as "password expired". */
export function capitals(v: string): string {
  return /^[A-Z][A-Z_]*[A-Z]$/.test(v) && (v.length > 5 || v.includes("_")) ? v.replaceAll("_", " ").toLowerCase() : v;
}
