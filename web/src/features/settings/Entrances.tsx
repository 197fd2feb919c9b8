import { Building2 } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { SwitchPassword } from "../session/SwitchPassword.tsx";
import { type Entrance, useEntrances, useSwitch } from "../session/useSwitch.ts";

/** The organizations that the viewer belongs to. */
export function Entrances() {
  const all = useEntrances();
  const [asked, setAsked] = useState<Entrance>();
  const go = useSwitch(setAsked);
  if (all.isError)
    return (
      <Failed
        what="Your organizations could not be read."
        error={all.error}
        onRetry={() => void all.refetch()}
        retrying={all.isRefetching}
      />
    );
  if (!all.data) return <SkeletonLines lines={2} />;
  return (
    <>
      <ul className="divide-y rounded-lg border bg-surface">
        {all.data.map((e) => (
          <li key={e.id} className="flex items-center gap-3 px-3.5 py-2.5">
            <Building2 size={16} aria-hidden className="shrink-0 text-muted" />
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate font-medium">{e.name}</span>
                {e.current && <Tag tone="live">you are here</Tag>}
              </div>
              <div className="text-sm text-muted">{e.okta ? "Signs you in through its Okta" : "By password"}</div>
            </div>
            {!e.current && (
              <Button
                size="sm"
                busy={go.isPending && go.variables.to.id === e.id}
                aria-label={`Go to ${e.name}`}
                onClick={() => go.mutate({ to: e })}
              >
                Go there
              </Button>
            )}
          </li>
        ))}
      </ul>
      {asked && <SwitchPassword to={asked} by={go} onClose={() => setAsked(undefined)} />}
    </>
  );
}
