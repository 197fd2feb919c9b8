import { useState } from "react";
import { Switch } from "../../kit/Switch.tsx";
import { useCan } from "../session/session.ts";
import { SwitchOn } from "./SwitchOn.tsx";
import { useSwitch } from "./useSwitch.tsx";

/** Switches a flow on and off. On shows first what the flow will do. */
export function FlowSwitch({ flow }: { flow: { id: string; title: string; enabled: boolean } }) {
  const can = useCan("flows:write");
  const [asking, setAsking] = useState(false);
  const change = useSwitch(flow);
  return (
    <>
      <Switch
        on={change.isPending ? change.variables : flow.enabled}
        disabled={!can || change.isPending}
        label={`${flow.title}: ${flow.enabled ? "on" : "off"}`}
        onChange={(on) => (on ? setAsking(true) : change.mutate(false))}
      />
      {asking && <SwitchOn flow={flow} change={change} onClose={() => setAsking(false)} />}
    </>
  );
}
