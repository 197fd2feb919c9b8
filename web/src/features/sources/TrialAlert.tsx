import { useQuery } from "@tanstack/react-query";
import { send } from "../../api/client.ts";

/** An alert, as far as it is named here. */
type Alert = { id: string; number?: number; title?: string };

/** The alert that an event has raised, once there is one. */
export function TrialAlert({ event }: { event: string }) {
  const alerts = useQuery({
    queryKey: ["/api/v1/alerts", { event }],
    queryFn: async ({ signal }) => {
      const answer = await send("get", `/api/v1/alerts?event=${encodeURIComponent(event)}`, { signal });
      const body = (await answer.json()) as { items?: Alert[] };
      return body.items ?? [];
    },
    retry: false,
    refetchInterval: (q) => (q.state.data?.length || q.state.error ? false : 2_000),
  });
  const alert = alerts.data?.[0];
  if (alert)
    return (
      <a href={`/alerts/${alert.id}`} className="text-accent hover:underline">
        {alert.title ?? "The alert"}
      </a>
    );
  return <span className="text-muted">{alerts.isError ? "none: no rule is on for it" : "none yet"}</span>;
}
