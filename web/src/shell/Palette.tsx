import * as Radix from "@radix-ui/react-dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import {
  Clock,
  CornerDownLeft,
  Keyboard,
  LayoutTemplate,
  LogOut,
  type LucideIcon,
  Moon,
  Plug,
  Radar,
  Siren,
  Table2,
  Workflow,
} from "lucide-react";
import { read } from "../api/query.ts";
import { entityName } from "../features/alerts/alert.ts";
import { queryOf } from "../features/alerts/filter.ts";
import { useSession } from "../features/session/session.ts";
import { useSignOut } from "../features/session/useSignOut.ts";
import { Kbd } from "../kit/Kbd.tsx";
import { zonePreference } from "../kit/Time.tsx";
import { showKeys } from "./keysShown.ts";
import { placesFor, settingsFor } from "./nav.ts";
import { themePreference } from "./theme.ts";

type Entry = { id: string; label: string; detail?: string; icon: LucideIcon; keys?: string; run: () => void };

/** Finds pages, alerts, rules, flows, tables, connections and templates, and runs what can be done from anywhere. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Radix.Root open={open} onOpenChange={(o) => !o && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="rise fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col rounded-lg bg-raised shadow-pop focus:outline-none max-sm:top-3"
        >
          <Radix.Title className="sr-only">Find</Radix.Title>
          <Finder onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const groups = useEntries();
  return (
    <Command label="Find" loop className="flex min-h-0 flex-1 flex-col">
      <Command.Input
        autoFocus
        placeholder="Find pages, alerts, flows, rules, tables, actions"
        className="h-12 w-full shrink-0 border-b bg-transparent px-4 outline-none max-sm:text-lg"
      />
      <Command.List className="min-h-0 flex-1 overflow-y-auto p-1.5">
        <Command.Empty className="px-2.5 py-6 text-center text-muted">Nothing is named like that.</Command.Empty>
        {groups.map(([name, entries]) => (
          <Command.Group
            key={name}
            heading={name}
            className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
          >
            {entries.map((e) => (
              <Command.Item
                key={e.id}
                value={`${e.label} ${e.detail ?? ""} ${e.id}`}
                onSelect={() => {
                  onClose();
                  e.run();
                }}
                className="group flex min-h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover pointer-coarse:min-h-11"
              >
                <e.icon size={15} aria-hidden className="shrink-0 text-muted" />
                <span className="min-w-0 flex-1 truncate">
                  {e.label}
                  {e.detail && <span className="text-faint"> {e.detail}</span>}
                </span>
                {e.keys && <Kbd keys={e.keys} />}
                <CornerDownLeft
                  size={13}
                  aria-hidden
                  className="invisible shrink-0 text-faint group-data-[selected=true]:visible"
                />
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

const needsWork = queryOf({}, new Date(0));

function useEntries(): [string, Entry[]][] {
  const session = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const can = (p: (typeof session.permissions)[number]) => session.permissions.includes(p);
  const flows = useQuery({ ...read("/api/v1/flows", {}), enabled: can("flows:read") });
  const tables = useQuery({ ...read("/api/v1/tables", {}), enabled: can("tables:read") });
  const connections = useQuery({ ...read("/api/v1/connections", {}), enabled: can("connections:read") });
  const alerts = useQuery({
    ...read("/api/v1/alerts", { query: { ...needsWork, limit: 100 } }),
    enabled: can("alerts:read"),
  });
  const rules = useQuery({ ...read("/api/v1/rules", {}), enabled: can("rules:read") });
  const templates = useQuery({ ...read("/api/v1/templates", {}), enabled: session.features.templates });

  const pages: Entry[] = placesFor(session).map((p) => ({
    id: p.to,
    label: p.label,
    icon: p.icon,
    keys: `g ${p.key}`,
    run: () => void navigate({ to: p.to }),
  }));
  const settingPages: Entry[] = settingsFor(session).map((p) => ({
    id: p.to,
    label: p.label,
    detail: "Settings",
    icon: p.icon,
    run: () => void navigate({ to: p.to }),
  }));
  const found: [string, Entry[]][] = [
    ["Pages", [...pages, ...settingPages]],
    [
      "Flows",
      (flows.data ?? []).map((f) => ({
        id: f.id,
        label: f.title,
        detail: f.folder.name === f.title ? undefined : f.folder.name,
        icon: Workflow,
        run: () => void navigate({ to: "/flows/$id", params: { id: f.id } }),
      })),
    ],
    [
      "Alerts",
      (alerts.data?.items ?? []).map((a) => ({
        id: a.id,
        label: a.title,
        detail: entityName(a.entity),
        icon: Siren,
        run: () => void navigate({ to: "/alerts/$id", params: { id: a.id } }),
      })),
    ],
    [
      "Rules",
      (rules.data ?? []).map((r) => ({
        id: r.id,
        label: r.title,
        detail: r.own ? "own" : r.pack,
        icon: Radar,
        run: () => void navigate({ to: "/rules/$id", params: { id: r.id } }),
      })),
    ],
    [
      "Tables",
      (tables.data ?? []).map((t) => ({
        id: t.id,
        label: t.title,
        icon: Table2,
        run: () => void navigate({ to: "/tables/$id", params: { id: t.id } }),
      })),
    ],
    [
      "Connections",
      (connections.data ?? []).map((c) => ({
        id: c.id,
        label: c.name,
        detail: c.connector.name,
        icon: Plug,
        run: () => void navigate({ to: "/connections/$id", params: { id: c.id } }),
      })),
    ],
    [
      "Templates",
      (templates.data ?? []).map((t) => ({
        id: t.id,
        label: t.title,
        detail: t.category,
        icon: LayoutTemplate,
        run: () => void navigate({ to: "/templates/$id", params: { id: t.id } }),
      })),
    ],
    [
      "Actions",
      [
        {
          id: "utc",
          label: "Switch times between my zone and UTC",
          icon: Clock,
          keys: "u",
          run: () => zonePreference.set(zonePreference.get() === "utc" ? "local" : "utc"),
        },
        {
          id: "theme",
          label: "Switch between light and dark",
          icon: Moon,
          run: () => themePreference.set(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
        },
        { id: "keys", label: "Show all keys", icon: Keyboard, keys: "?", run: () => showKeys(true) },
        { id: "out", label: "Sign out", icon: LogOut, run: signOut },
      ],
    ],
  ];
  return found.filter(([, entries]) => entries.length > 0);
}
