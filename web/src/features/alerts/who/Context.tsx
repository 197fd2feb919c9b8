import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Note } from "../../../kit/Note.tsx";
import { Facts } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { Spark } from "../../../kit/Spark.tsx";
import { Tag } from "../../../kit/State.tsx";
import { Time } from "../../../kit/Time.tsx";
import { counted } from "../../../kit/time.ts";
import { type AlertContext, firstTimes, grouped, type Habit, habitName, untold } from "./habits.ts";
import { Person } from "./Person.tsx";

/** Who an alert is about: what Okta says of them, what they did before, and what is new in the alert. */
export function Context({ alert }: { alert: string }) {
  const context = useQuery({ ...read("/api/v1/alerts/{id}/context", { path: { id: alert } }), staleTime: 60_000 });
  const c = context.data;
  if (context.error)
    return <p className="text-sm text-muted">What else is known could not be read: {context.error.message}</p>;
  if (!c) return <SkeletonLines lines={4} />;
  return (
    <>
      <FirstTimes history={c.history} />
      {c.person && <Person person={c.person} />}
      <History history={c.history} />
      {c.risk.length > 2 && (
        <div>
          <Spark
            values={c.risk.map((r) => r.score)}
            label={`Risk after each of ${counted(c.risk.length - 1, "alert")}, and now`}
          />
          <div className="text-xs text-faint">Risk after each alert, and now</div>
        </div>
      )}
    </>
  );
}

type Told = AlertContext["history"];

function FirstTimes({ history: h }: { history: Told }) {
  const fresh = firstTimes(h.values);
  const open = untold(h.values);
  if (fresh.length > 0)
    return (
      <Note tone="warn" title="For the first time in 90 days">
        <ul>
          {fresh.map((v) => (
            <li key={`${v.habit} ${v.value}`}>
              {habitName(v.habit)} <span className="font-medium wrap-anywhere">{v.value}</span>
            </li>
          ))}
        </ul>
      </Note>
    );
  if (open.length > 0)
    return (
      <p className="text-sm text-muted">
        Whether {open.map((v) => v.value).join(", ")} {open.length === 1 ? "is" : "are"} new cannot be told:{" "}
        {h.tooShort}
      </p>
    );
  return null;
}

function History({ history: h }: { history: Told }) {
  if (h.cannotTell) return <p className="text-sm text-muted">Before the alert: cannot tell. {h.cannotTell}</p>;
  return (
    <details className="text-sm">
      <summary className="cursor-pointer text-muted hover:text-ink">
        Before the alert: {h.bounded ? "the newest " : ""}
        {counted(h.events, "event")} of 90 days, {h.month} of the last 30
      </summary>
      <div className="mt-2 flex flex-col gap-3">
        {grouped(h.values).map((g) => (
          <Facts
            key={g.habit}
            className="text-sm"
            items={[
              [
                g.title,
                <ul key={g.habit} className="flex flex-col gap-1">
                  {g.values.map((v) => (
                    <Value key={v.value} value={v} />
                  ))}
                </ul>,
              ],
            ]}
          />
        ))}
      </div>
    </details>
  );
}

function Value({ value: v }: { value: Habit }) {
  return (
    <li>
      <span className="wrap-anywhere">{v.value}</span> {v.new && <Tag tone="warn">new</Tag>}
      {v.evidence && !v.new && <Tag>in the alert</Tag>}
      {v.lastAt && v.firstAt ? (
        <div className="text-xs text-faint">
          {counted(v.events, "event")}, last <Time at={v.lastAt} />, first <Time at={v.firstAt} />
        </div>
      ) : (
        <div className="text-xs text-faint">not before</div>
      )}
    </li>
  );
}
