import type { components } from "../../../api/schema.gen.ts";
import { usePreference } from "../../../kit/preference.ts";
import { Time, zonePreference } from "../../../kit/Time.tsx";
import { absolute } from "../../../kit/time.ts";
import { triggerWords } from "../flowWords.ts";
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
            <NextRun at={flow.nextRunAt} />
          ) : (
            <span className="text-muted">
              {flow.enabled ? "None: its schedule has ended" : "None while it is switched off"}
            </span>
          )}
          <p className="text-sm text-muted">
            <span title={flow.trigger.cron}>{triggerWords(flow.trigger)}</span>
          </p>
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

function NextRun({ at }: { at: string }) {
  const [zone] = usePreference(zonePreference);
  return (
    <span>
      <Time at={at} />
      <span className="text-muted">, {absolute(new Date(at), zone)}</span>
    </span>
  );
}

/** Whether a person may start the flow by hand, given nothing but its inputs or an event. */
export function startsByHand(flow: Detail): boolean {
  return !["call", "row", "delegated"].includes(flow.trigger?.kind ?? "");
}
