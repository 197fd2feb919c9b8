import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Menu as MenuIcon, Search } from "lucide-react";
import { useState } from "react";
import { useSession } from "../features/session/session.ts";
import { Button } from "../kit/Button.tsx";
import { Sheet } from "../kit/Dialog.tsx";
import { useAccountItems } from "./AccountMenu.tsx";
import { LiveMark } from "./LiveMark.tsx";
import { Mark } from "./Mark.tsx";
import { type Place, placesFor } from "./nav.ts";
import { Switcher } from "./Switcher.tsx";

/** The head of the page on a phone. */
export function PhoneTop({ onFind }: { onFind: () => void }) {
  const { organization } = useSession();
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2.5 border-b bg-sunken px-4 sm:hidden">
      <div className="flex min-w-0 flex-1 items-center gap-2.5">
        <Switcher>
          <Mark size={20} />
          <span className="min-w-0 truncate font-semibold">{organization.name}</span>
        </Switcher>
      </div>
      <LiveMark compact />
      <Button look="quiet" icon={<Search size={18} />} aria-label="Find" onClick={onFind} className="-mr-2" />
    </header>
  );
}

const pinned = ["/", "/alerts", "/activity", "/runs"];

/** The ways most used, under the thumb; the others in a sheet. */
export function PhoneNav() {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const all = placesFor(session);
  const bottom = all.filter((p) => pinned.includes(p.to)).sort((a, b) => pinned.indexOf(a.to) - pinned.indexOf(b.to));
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t bg-sunken pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {bottom.map((p) => (
        <Link
          key={p.to}
          to={p.to}
          activeOptions={{ exact: p.to === "/" }}
          className="flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs"
          activeProps={{ className: "font-medium text-ink [&>svg]:text-accent" }}
          inactiveProps={{ className: "text-muted" }}
        >
          <p.icon size={19} aria-hidden />
          {p.label}
        </Link>
      ))}
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs text-muted"
      >
        <MenuIcon size={19} aria-hidden />
        More
      </button>
      <Sheet
        side="left"
        open={open}
        onClose={() => setOpen(false)}
        title={session.organization.name}
        intro={session.account.email}
      >
        <MoreSheet all={all.filter((p) => !pinned.includes(p.to))} onDone={() => setOpen(false)} />
      </Sheet>
    </nav>
  );
}

function MoreSheet({ all, onDone }: { all: Place[]; onDone: () => void }) {
  const items = useAccountItems();
  const row = "flex h-11 w-full items-center gap-3 rounded-md px-2 text-left hover:bg-hover";
  return (
    <div className="-mx-2 flex flex-col">
      {all.map((p) => (
        <Link
          key={p.to}
          to={p.to}
          onClick={onDone}
          className={row}
          activeProps={{ className: "bg-accent-soft font-medium" }}
        >
          <p.icon size={18} aria-hidden className="text-muted" />
          {p.label}
        </Link>
      ))}
      <hr className="my-2" />
      {items.map((it, i) => {
        if (it === "line" || "heading" in it) return null;
        return (
          <button
            key={it.label}
            type="button"
            className={clsx(row, i === items.length - 1 && "text-muted")}
            onClick={() => {
              onDone();
              it.onSelect();
            }}
          >
            <span className="text-muted">{it.icon}</span>
            {it.label}
            {it.note === "chosen" && <span className="ml-auto text-xs text-faint">chosen</span>}
          </button>
        );
      })}
    </div>
  );
}
