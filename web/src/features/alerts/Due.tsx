import { clsx } from "clsx";
import { AlarmClock } from "lucide-react";
import { useNow } from "../../kit/Time.tsx";
import { span } from "../../kit/time.ts";
import type { Alert } from "./alert.ts";

/** How long there is for the next step, or for how long it is overdue. */
export function Due({ alert: a }: { alert: Pick<Alert, "state" | "dueAt"> }) {
  const now = useNow();
  if (!a.dueAt || a.state === "closed") return null;
  const at = new Date(a.dueAt);
  const left = at.getTime() - now.getTime();
  const what = a.state === "open" ? "to acknowledge" : "to close";
  return (
    <time
      dateTime={at.toISOString()}
      title={`${left < 0 ? "Was" : "Is"} ${what} until ${at.toLocaleString("en-GB")}`}
      className={clsx(
        "inline-flex items-center gap-1 align-middle whitespace-nowrap",
        left < 0 ? "font-medium text-bad" : left < soon ? "text-warn" : "text-muted",
      )}
    >
      {left < soon && <AlarmClock size={13} aria-hidden className="shrink-0" />}
      {left < 0 ? `${span(-left)} late` : `${span(left)} left`}
      <span className="sr-only"> {what}</span>
    </time>
  );
}

const soon = 15 * 60_000;
