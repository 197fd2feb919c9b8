import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { PanelLeftClose, PanelLeftOpen, Search } from "lucide-react";
import { Fragment } from "react";
import { useSession } from "../features/session/session.ts";
import { Button } from "../kit/Button.tsx";
import { Kbd } from "../kit/Kbd.tsx";
import { preference, usePreference } from "../kit/preference.ts";
import { Tooltip } from "../kit/Tooltip.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { LiveMark } from "./LiveMark.tsx";
import { Mark } from "./Mark.tsx";
import { type Place, placesFor } from "./nav.ts";
import { Switcher } from "./Switcher.tsx";

export const railPreference = preference("rail", ["wide", "narrow"], "wide");

/** The way round the house, on the left of wide pages. */
export function Rail({ onFind }: { onFind: () => void }) {
  const session = useSession();
  const [width, setWidth] = usePreference(railPreference);
  const narrow = width === "narrow";
  const Fold = narrow ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav
      aria-label="Main"
      className={clsx(
        "sticky top-0 flex h-dvh shrink-0 flex-col border-r bg-sunken max-sm:hidden",
        narrow ? "w-14" : "w-54",
      )}
    >
      <div className={clsx("flex h-14 items-center gap-2.5", narrow ? "justify-center" : "px-4")}>
        {narrow ? (
          <Mark size={22} />
        ) : (
          <Switcher>
            <Mark size={22} />
            <span className="block min-w-0 flex-1">
              <span className="block truncate leading-4 font-semibold">{session.organization.name}</span>
              <span className="block text-xs text-faint">Sallyport</span>
            </span>
          </Switcher>
        )}
      </div>
      <div className={clsx("pb-2", narrow ? "px-2" : "px-3")}>
        <button
          type="button"
          onClick={onFind}
          aria-label={narrow ? "Find" : undefined}
          className={clsx(
            "flex h-8 w-full items-center gap-2 rounded-md border border-edge/50 bg-surface text-faint hover:text-ink",
            narrow ? "justify-center" : "px-2.5",
          )}
        >
          <Search size={15} aria-hidden />
          {!narrow && (
            <>
              <span className="flex-1 text-left">Find</span>
              <Kbd keys="Mod+K" />
            </>
          )}
        </button>
      </div>
      <ul className={clsx("flex-1 overflow-y-auto pb-4", narrow ? "px-2" : "px-3")}>
        {placesFor(session).map((p, i, all) => (
          <Fragment key={p.to}>
            {p.group && p.group !== all[i - 1]?.group && (
              <li className={clsx(narrow ? "mx-2 my-2 border-t" : "px-2 pt-4 pb-1 text-xs text-faint")}>
                <span className={narrow ? "sr-only" : undefined}>{p.group}</span>
              </li>
            )}
            <Item place={p} narrow={narrow} />
          </Fragment>
        ))}
      </ul>
      <div
        className={clsx("flex border-t py-2", narrow ? "flex-col items-center gap-2 px-2" : "items-center gap-1 px-3")}
      >
        <AccountMenu narrow={narrow} />
        <div className={clsx("flex items-center", !narrow && "ml-auto gap-1")}>
          <LiveMark compact />
        </div>
        <Tooltip text={narrow ? "Widen" : "Narrow"} side="right">
          <Button
            look="quiet"
            size="sm"
            icon={<Fold size={15} />}
            aria-label={narrow ? "Widen the rail" : "Narrow the rail"}
            onClick={() => setWidth(narrow ? "wide" : "narrow")}
          />
        </Tooltip>
      </div>
    </nav>
  );
}

function Item({ place, narrow }: { place: Place; narrow: boolean }) {
  const link = (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === "/" }}
      aria-label={narrow ? place.label : undefined}
      className={clsx("flex h-8 items-center gap-2.5 rounded-md", narrow ? "justify-center" : "px-2")}
      activeProps={{ className: "bg-accent-soft font-medium text-ink [&>svg]:text-accent" }}
      inactiveProps={{ className: "text-muted hover:bg-hover hover:text-ink" }}
    >
      <place.icon size={16} aria-hidden className="shrink-0" />
      {!narrow && place.label}
    </Link>
  );
  return (
    <li>
      {narrow ? (
        <Tooltip text={place.label} side="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
    </li>
  );
}
