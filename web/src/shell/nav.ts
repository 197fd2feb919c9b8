import {
  BadgeCheck,
  BellOff,
  BellRing,
  BookOpen,
  Briefcase,
  Building2,
  Database,
  FileClock,
  Gauge,
  Info,
  KeyRound,
  LayoutTemplate,
  ListChecks,
  type LucideIcon,
  Mail,
  MessageCircleQuestionMark,
  Play,
  Plug,
  Radar,
  Radio,
  ScanSearch,
  ScrollText,
  SearchX,
  Server,
  Settings,
  Shield,
  ShieldCheck,
  Siren,
  Table2,
  Theater,
  Timer,
  User,
  Users,
  Waypoints,
  Workflow,
  Wrench,
} from "lucide-react";
import type { components } from "../api/schema.gen.ts";

type Session = components["schemas"]["Session"];
type Permission = components["schemas"]["Permission"];

export type Place = {
  to:
    | "/"
    | "/alerts"
    | "/cases"
    | "/rules"
    | "/suppressions"
    | "/flows"
    | "/runs"
    | "/tables"
    | "/catalogue"
    | "/connections"
    | "/sources"
    | "/templates"
    | "/rehearse"
    | "/activity"
    | "/events"
    | "/visibility"
    | "/access"
    | "/ask"
    | "/remedies"
    | "/findings"
    | "/posture"
    | "/settings";
  label: string;
  icon: LucideIcon;
  key: string;
  permission?: Permission;
  group?: "Respond" | "Investigate" | "Posture" | "Detect" | "Automate" | "Sources" | "Manage";
  shown?: (s: Session) => boolean;
};

/** What the rail shows, in its order. */
const places: Place[] = [
  { to: "/", label: "Overview", icon: Gauge, key: "o" },
  { to: "/alerts", label: "Alerts", icon: Siren, key: "a", permission: "alerts:read", group: "Respond" },
  { to: "/cases", label: "Cases", icon: Briefcase, key: "k", permission: "alerts:read", group: "Respond" },
  { to: "/remedies", label: "Remedies", icon: Wrench, key: "b", permission: "remedies:read", group: "Respond" },
  { to: "/activity", label: "Actions", icon: ScrollText, key: "y", permission: "actions:read", group: "Respond" },
  { to: "/events", label: "Events", icon: ScanSearch, key: "e", permission: "events:read", group: "Investigate" },
  { to: "/visibility", label: "Orgs", icon: Building2, key: "v", permission: "inventory:read", group: "Investigate" },
  { to: "/access", label: "Access", icon: Waypoints, key: "w", permission: "inventory:read", group: "Investigate" },
  {
    to: "/ask",
    label: "Ask",
    icon: MessageCircleQuestionMark,
    key: "q",
    permission: "inventory:read",
    group: "Investigate",
  },
  { to: "/findings", label: "Findings", icon: SearchX, key: "i", permission: "inventory:read", group: "Posture" },
  { to: "/posture", label: "Checks", icon: ListChecks, key: "p", permission: "inventory:read", group: "Posture" },
  { to: "/rules", label: "Rules", icon: Radar, key: "d", permission: "rules:read", group: "Detect" },
  { to: "/suppressions", label: "Suppressions", icon: BellOff, key: "x", permission: "rules:read", group: "Detect" },
  { to: "/flows", label: "Flows", icon: Workflow, key: "f", permission: "flows:read", group: "Automate" },
  { to: "/runs", label: "Runs", icon: Play, key: "r", permission: "runs:read", group: "Automate" },
  { to: "/tables", label: "Tables", icon: Table2, key: "t", permission: "tables:read", group: "Automate" },
  {
    to: "/templates",
    label: "Templates",
    icon: LayoutTemplate,
    key: "m",
    permission: "flows:read",
    group: "Automate",
    shown: (s) => s.features.templates,
  },
  { to: "/catalogue", label: "Catalogue", icon: BookOpen, key: "l", permission: "flows:read", group: "Automate" },
  { to: "/connections", label: "Connections", icon: Plug, key: "c", permission: "connections:read", group: "Automate" },
  { to: "/sources", label: "Alert sources", icon: Radio, key: "n", permission: "sources:read", group: "Sources" },
  { to: "/settings", label: "Settings", icon: Settings, key: "s", group: "Manage" },
  {
    to: "/rehearse",
    label: "Rehearse",
    icon: Theater,
    key: "h",
    permission: "rehearse",
    group: "Manage",
    shown: (s) => s.features.sandbox,
  },
];

/** What somebody may see of them. */
export function placesFor(session: Session): Place[] {
  return places.filter(
    (p) => (!p.permission || session.permissions.includes(p.permission)) && (!p.shown || p.shown(session)),
  );
}

/** The pages under Settings: what can be set, each with a page of its own. */
const settings = [
  {
    to: "/settings/guard",
    icon: Shield,
    label: "Guard policy",
    text: "Whom no flow may touch, how much a flow may change in an hour, dry run for everything.",
    permission: "guard:read",
  },
  {
    to: "/settings/notifications",
    icon: BellRing,
    label: "Notifications",
    text: "Where people are told of alerts, and when not.",
    permission: "channels:read",
  },
  {
    to: "/settings/members",
    icon: Users,
    label: "Members",
    text: "Who may sign in, who was invited, and their roles.",
    permission: "members:read",
  },
  {
    to: "/settings/roles",
    icon: BadgeCheck,
    label: "Roles",
    text: "What each role allows; roles of your own.",
    permission: "members:read",
  },
  {
    to: "/settings/okta",
    icon: ShieldCheck,
    label: "Okta integration",
    text: "Single sign-on and provisioning of your people through your own Okta.",
    permission: ["sso:read", "scim:read"],
  },
  {
    to: "/settings/signin",
    icon: Timer,
    label: "Sign-in and sessions",
    text: "How long sessions last, whether a second factor is wanted, how long API tokens live.",
    permission: "members:read",
  },
  {
    to: "/settings/audit",
    icon: FileClock,
    label: "Audit log",
    text: "Who did what, when and from where, and that nobody has changed it.",
    permission: "audit:read",
  },
  {
    to: "/settings/mail",
    icon: Mail,
    label: "Mail",
    text: "Whether Sallyport's own mail works: confirmations, new passwords, invitations.",
    permission: "members:read",
  },
  {
    to: "/settings/nodes",
    icon: Server,
    label: "Nodes and queues",
    text: "The servers that share the work, who reads which source, and what waits.",
    permission: "members:read",
  },
  {
    to: "/settings/events",
    icon: Database,
    label: "Events kept",
    text: "How long the System Log stays here, by age and by room; what is stored now.",
    permission: "events:read",
  },
  {
    to: "/settings/tokens",
    icon: KeyRound,
    label: "API tokens",
    text: "For programs that use the API.",
    permission: "tokens:write",
  },
  {
    to: "/settings/account",
    icon: User,
    label: "My account",
    text: "Your password, second factors, organizations, and where you are signed in.",
  },
  { to: "/about", icon: Info, label: "About", text: "Version, documentation, licences." },
] as const satisfies {
  to: string;
  icon: LucideIcon;
  label: string;
  text: string;
  permission?: Permission | Permission[];
}[];

/** What somebody may see of them. */
export function settingsFor({ permissions }: Session) {
  return settings.filter((s) => !("permission" in s) || [s.permission].flat().some((p) => permissions.includes(p)));
}
