import type { components } from "../../../api/schema.gen.ts";
import { Time } from "../../../kit/Time.tsx";
import { DelegatesPanel } from "./DelegatesPanel.tsx";
import { EndpointPanel } from "./EndpointPanel.tsx";
import { Strip } from "./Strip.tsx";

type Detail = components["schemas"]["FlowDetail"];

/** What there is to see and do about what starts a flow, where that is more than its picture says. */
export function TriggerPanel({ flow }: { flow: Detail }) {
  switch (flow.trigger?.kind) {
    case "schedule":
      return (
        <Strip label="Next run">
          {flow.nextRunAt ? (
            <span>
              <Time at={flow.nextRunAt} />
              <span className="text-muted"> ({flow.trigger.zone || "UTC"})</span>
            </span>
          ) : (
            <span className="text-muted">
              {flow.enabled ? "None: its schedule has ended" : "None while it is switched off"}
            </span>
          )}
        </Strip>
      );
    case "api":
      return <EndpointPanel flow={flow} />;
    case "delegated":
      return <DelegatesPanel flow={flow} />;
    default:
      return null;
  }
}

/** Whether a person may start the flow by hand, given nothing but its inputs or an event. */
export function startsByHand(flow: Detail): boolean {
  return !["call", "row", "delegated"].includes(flow.trigger?.kind ?? "");
}
