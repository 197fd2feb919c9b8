import { Note } from "../../kit/Note.tsx";
import { Time } from "../../kit/Time.tsx";
import { type AlertDetail, verdicts } from "./alert.ts";

/** What is to be known of an alert before one reads on. */
export function AlertNotes({ alert: a }: { alert: AlertDetail }) {
  return (
    <div className="mb-4 flex flex-col gap-2 empty:hidden">
      {a.state === "closed" && a.verdict && (
        <Note title={`Closed as ${verdicts[a.verdict].label.toLowerCase()}`}>
          {a.note && <span className="whitespace-pre-line">{a.note} </span>}
          {a.closedAt && <Time at={a.closedAt} />}
        </Note>
      )}
      {a.overdue && a.dueAt && (
        <Note tone="bad" title={a.state === "open" ? "Nobody has looked at it in time" : "It is not closed in time"}>
          It was due <Time at={a.dueAt} />.
        </Note>
      )}
      {!a.ruleDetail && <Note>The rule that found this is gone, or you may not see it. The alert stays.</Note>}
    </div>
  );
}
