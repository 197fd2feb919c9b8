import { Building2, Check, ChevronsUpDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import { SwitchPassword } from "../features/session/SwitchPassword.tsx";
import { useSession } from "../features/session/session.ts";
import { type Entrance, useEntrances, useSwitch } from "../features/session/useSwitch.ts";
import { Menu } from "../kit/Menu.tsx";

/** The organization's name; where somebody belongs to several, the way to the others. */
export function Switcher({ children, side }: { children: ReactNode; side?: "bottom" | "right" }) {
  const { organization } = useSession();
  const all = useEntrances();
  const [asked, setAsked] = useState<Entrance>();
  const go = useSwitch(setAsked);
  const others = all.data ?? [];
  if (others.length < 2) return children;
  return (
    <>
      <Menu
        side={side}
        align="start"
        items={[
          { heading: "Organizations" },
          ...others.map((e) => ({
            label: e.name,
            icon: e.current ? <Check size={15} /> : <Building2 size={15} />,
            note: e.current ? "you are here" : e.okta ? "its Okta asks who you are" : undefined,
            onSelect: () => {
              if (!e.current) go.mutate({ to: e });
            },
          })),
        ]}
        trigger={
          <button
            type="button"
            aria-label={`Organization: ${organization.name}. Switch`}
            className="flex min-w-0 items-center gap-2.5 rounded-md text-left hover:bg-hover"
          >
            {children}
            <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-faint" />
          </button>
        }
      />
      {asked && <SwitchPassword to={asked} by={go} onClose={() => setAsked(undefined)} />}
    </>
  );
}
