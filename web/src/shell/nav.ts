import {
  Activity,
  Gauge,
  LayoutTemplate,
  type LucideIcon,
  Play,
  Plug,
  ScrollText,
  Settings,
  Table2,
  Theater,
  Workflow,
} from "lucide-react";
import type { components } from "../api/schema.gen.ts";

type Session = components["schemas"]["Session"];
type Permission = components["schemas"]["Permission"];

export type Place = {
  to: "/" | "/flows" | "/runs" | "/tables" | "/connections" | "/templates" | "/rehearse" | "/activity" | "/settings";
  label: string;
  icon: LucideIcon;
  key: string;
  permission?: Permission;
  group?: "Respond" | "Automate" | "Practice" | "Manage";
  shown?: (s: Session) => boolean;
};

/** What the rail shows, in its order. */
export const places: Place[] = [
  { to: "/", label: "Overview", icon: Gauge, key: "o" },
  { to: "/activity", label: "Activity", icon: ScrollText, key: "a", permission: "actions:read", group: "Respond" },
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
  { to: "/connections", label: "Connections", icon: Plug, key: "c", permission: "connections:read", group: "Automate" },
  {
    to: "/rehearse",
    label: "Rehearse",
    icon: Theater,
    key: "h",
    permission: "rehearse",
    group: "Practice",
    shown: (s) => s.features.sandbox,
  },
  { to: "/settings", label: "Settings", icon: Settings, key: "s", group: "Manage" },
];

/** What somebody may see of them. */
export function placesFor(session: Session): Place[] {
  return places.filter(
    (p) => (!p.permission || session.permissions.includes(p.permission)) && (!p.shown || p.shown(session)),
  );
}

export const liveIcon = Activity;
