import { Link } from "@tanstack/react-router";
import { ChevronRight, Info, KeyRound, Shield, User } from "lucide-react";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { useSession } from "../session/session.ts";

/** What can be set, each with a page of its own. */
export function Settings() {
  const { permissions } = useSession();
  const all = [
    {
      to: "/settings/guard",
      icon: Shield,
      title: "Guard policy",
      text: "Whom no flow may touch, how much a flow may change in an hour, dry run for everything.",
      shown: permissions.includes("guard:read"),
    },
    {
      to: "/settings/tokens",
      icon: KeyRound,
      title: "API tokens",
      text: "For programs that use the API.",
      shown: permissions.includes("tokens:write"),
    },
    {
      to: "/settings/account",
      icon: User,
      title: "My account",
      text: "Your password, and where you are signed in.",
      shown: true,
    },
    { to: "/about", icon: Info, title: "About", text: "Version, documentation, licences.", shown: true },
  ] as const;
  return (
    <Page narrow>
      <PageHeader title="Settings" />
      <ul className="divide-y rounded-lg border bg-surface">
        {all
          .filter((x) => x.shown)
          .map((x) => (
            <li key={x.to}>
              <Link to={x.to} className="flex items-center gap-3 px-4 py-3 hover:bg-hover">
                <x.icon size={17} aria-hidden className="shrink-0 text-muted" />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{x.title}</span>
                  <span className="block text-sm text-muted">{x.text}</span>
                </span>
                <ChevronRight size={15} aria-hidden className="text-faint" />
              </Link>
            </li>
          ))}
      </ul>
    </Page>
  );
}
