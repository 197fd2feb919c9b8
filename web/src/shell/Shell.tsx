import { Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { listen } from "../api/live.ts";
import { SignInAgain } from "../features/session/SignInAgain.tsx";
import { StepUp } from "../features/session/StepUp.tsx";
import { useSession } from "../features/session/session.ts";
import { useKeys } from "../kit/keys.ts";
import { zonePreference } from "../kit/Time.tsx";
import { Toasts } from "../kit/Toast.tsx";
import { TooltipProvider } from "../kit/Tooltip.tsx";
import { KeysHelp } from "./KeysHelp.tsx";
import { showKeys } from "./keysShown.ts";
import { LostBar } from "./LiveMark.tsx";
import { placesFor } from "./nav.ts";
import { Palette } from "./Palette.tsx";
import { PhoneNav, PhoneTop } from "./PhoneBars.tsx";
import { Rail, railPreference } from "./Rail.tsx";

/** Everything around the pages. */
export function Shell() {
  const session = useSession();
  const navigate = useNavigate();
  const [finding, setFinding] = useState(false);
  useEffect(listen, []);
  useKeys([
    {
      keys: "Mod+k",
      label: "Find pages, flows and actions",
      group: "Everywhere",
      always: true,
      run: () => setFinding((f) => !f),
    },
    { keys: "?", label: "Show these keys", group: "Everywhere", run: () => showKeys(true) },
    {
      keys: "u",
      label: "Switch times between my zone and UTC",
      group: "Everywhere",
      run: () => zonePreference.set(zonePreference.get() === "utc" ? "local" : "utc"),
    },
    {
      keys: "[",
      label: "Narrow or widen the rail",
      group: "Everywhere",
      run: () => railPreference.set(railPreference.get() === "wide" ? "narrow" : "wide"),
    },
    ...placesFor(session).map((p) => ({
      keys: `g ${p.key}`,
      label: p.label,
      group: "Go to",
      run: () => void navigate({ to: p.to }),
    })),
  ]);
  return (
    <TooltipProvider delayDuration={400}>
      <a href="#main" className="sr-only z-50 bg-surface p-2 focus:not-sr-only focus:fixed">
        Skip to the page
      </a>
      <div className="flex min-h-dvh">
        <Rail onFind={() => setFinding(true)} />
        <div className="flex min-w-0 flex-1 flex-col max-sm:pb-14">
          <PhoneTop onFind={() => setFinding(true)} />
          <LostBar />
          <main id="main" tabIndex={-1} className="min-w-0 flex-1 focus:outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      <PhoneNav />
      <Palette open={finding} onClose={() => setFinding(false)} />
      <KeysHelp />
      <StepUp />
      <SignInAgain />
      <Toasts />
    </TooltipProvider>
  );
}
