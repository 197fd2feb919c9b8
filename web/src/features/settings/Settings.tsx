import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { settingsFor } from "../../shell/nav.ts";
import { useSession } from "../session/session.ts";

/** What can be set, each with a page of its own. */
export function Settings() {
  return (
    <Page narrow>
      <PageHeader title="Settings" />
      <ul className="divide-y rounded-lg border bg-surface">
        {settingsFor(useSession()).map((x) => (
          <li key={x.to}>
            <Link to={x.to} className="flex items-center gap-3 px-4 py-3 hover:bg-hover">
              <x.icon size={17} aria-hidden className="shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{x.label}</span>
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
