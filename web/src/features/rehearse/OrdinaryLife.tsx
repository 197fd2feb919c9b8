import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";

/** How many events a minute there are while people are at work. */
const busy = 30;

/** Whether people in the simulated org go about their work while scenarios are played. */
export function OrdinaryLife() {
  const cache = useQueryClient();
  const state = read("/api/v1/rehearsal/traffic", {});
  const traffic = useQuery(state);
  const change = useMutation({
    mutationFn: (perMinute: number) => call("put", "/api/v1/rehearsal/traffic", { body: { perMinute } }),
    onSuccess: (now) => cache.setQueryData(state.queryKey, now),
  });
  if (!traffic.data) return null;
  const on = traffic.data.perMinute > 0;
  return (
    <div>
      <label className="flex items-start gap-2.5 text-sm">
        <input
          type="checkbox"
          checked={on}
          disabled={change.isPending}
          onChange={() => change.mutate(on ? 0 : busy)}
          className="mt-[3px] shrink-0 accent-[var(--c-accent-fill)]"
        />
        <span>
          People are at work
          <span className="block text-muted">
            {on
              ? `About ${traffic.data.perMinute} events a minute, none of them an attack.`
              : "Nothing happens but what you play."}
          </span>
        </span>
      </label>
      {change.isError && <Failed what="That was not changed." error={change.error} />}
    </div>
  );
}
