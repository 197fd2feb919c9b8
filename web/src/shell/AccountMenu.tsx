import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Clock, Info, Keyboard, LogOut, Monitor, Moon, Sun, User } from "lucide-react";
import { useSession } from "../features/session/session.ts";
import { useSignOut } from "../features/session/useSignOut.ts";
import { roleNames } from "../features/settings/members.ts";
import { Menu, type MenuItem } from "../kit/Menu.tsx";
import { usePreference } from "../kit/preference.ts";
import { zonePreference } from "../kit/Time.tsx";
import { showKeys } from "./keysShown.ts";
import { type Theme, themePreference } from "./theme.ts";

const themes: { id: Theme; label: string; icon: typeof Sun }[] = [
  { id: "system", label: "As the system", icon: Monitor },
  { id: "light", label: "Light", icon: Sun },
  { id: "dark", label: "Dark", icon: Moon },
];

/** What concerns the viewer: account, look, time zone, keys, signing out. */
export function useAccountItems(): MenuItem[] {
  const navigate = useNavigate();
  const [theme, setTheme] = usePreference(themePreference);
  const [zone, setZone] = usePreference(zonePreference);
  const signOut = useSignOut();
  return [
    { label: "My account", icon: <User size={15} />, onSelect: () => void navigate({ to: "/settings/account" }) },
    "line",
    { heading: "Look" },
    ...themes.map(
      (t): MenuItem => ({
        label: t.label,
        icon: <t.icon size={15} />,
        onSelect: () => setTheme(t.id),
        note: theme === t.id ? "chosen" : undefined,
      }),
    ),
    "line",
    {
      label: zone === "utc" ? "Show times in my zone" : "Show times in UTC",
      icon: <Clock size={15} />,
      note: "key u",
      onSelect: () => setZone(zone === "utc" ? "local" : "utc"),
    },
    { label: "Keys", icon: <Keyboard size={15} />, note: "key ?", onSelect: () => showKeys(true) },
    { label: "About", icon: <Info size={15} />, onSelect: () => void navigate({ to: "/about" }) },
    "line",
    { label: "Sign out", icon: <LogOut size={15} />, onSelect: signOut },
  ];
}

export function AccountMenu({ narrow }: { narrow?: boolean }) {
  const { account, roles } = useSession();
  const items = useAccountItems();
  return (
    <Menu
      side="top"
      align="start"
      items={items}
      trigger={
        <button
          type="button"
          aria-label={narrow ? `Account of ${account.name}` : undefined}
          className={clsx(
            "flex h-9 min-w-0 items-center gap-2 rounded-md text-left hover:bg-hover",
            narrow ? "w-9 justify-center" : "flex-1 px-1.5",
          )}
        >
          <span
            aria-hidden
            className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-medium text-accent"
          >
            {initials(account.name || account.email)}
          </span>
          {!narrow && (
            <span className="min-w-0">
              <span className="block truncate leading-4">{account.name || account.email}</span>
              <span className="block truncate text-xs text-faint">{roleNames(roles)}</span>
            </span>
          )}
        </button>
      }
    />
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words[1]?.[0] ?? "") : "")).toUpperCase();
}
