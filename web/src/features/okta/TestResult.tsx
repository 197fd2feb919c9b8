import { CircleCheck, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { Note } from "../../kit/Note.tsx";
import { State, Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { SSOTest } from "./draft.ts";
import { Reason } from "./Reason.tsx";

/** What a test came to: let in or the exact reason why not, and all that Okta said. */
export function TestResult({ test }: { test: SSOTest }) {
  return (
    <div className="flex flex-col gap-3" data-test-result={test.ok ? "ok" : "refused"}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {test.ok ? (
          <State
            icon={CircleCheck}
            label={test.fullAdmin ? "Authenticated, as a Full Admin" : "Authenticated"}
            strong
          />
        ) : (
          <State icon={CircleX} tone="bad" label="Not let in" strong />
        )}
        {!test.current && <Tag tone="warn">of an earlier draft</Tag>}
        {!test.mine && <Tag>by somebody else</Tag>}
        {test.endedAt && (
          <span className="text-sm text-faint">
            <Time at={test.endedAt} />
          </span>
        )}
      </div>
      {test.reason && <Reason reason={test.reason} />}
      {test.notes.map((n) => (
        <Note key={n}>{n}</Note>
      ))}
      {test.nearMisses.length > 0 && (
        <Note tone="warn" title="Almost a group that is set">
          <ul>
            {test.nearMisses.map((n) => (
              <li key={n.came + n.set}>
                “{n.came}” came, “{n.set}” is set: they differ by {n.why}.
              </li>
            ))}
          </ul>
        </Note>
      )}
      <dl className="flex flex-col gap-2 text-sm">
        {test.nameId && <Line name="Name ID">{test.nameId}</Line>}
        {test.email && test.email !== test.nameId && <Line name="E-mail address">{test.email}</Line>}
        <Line name="Roles">
          {list(
            test.roles.map((r) => r.name),
            "none",
          )}
        </Line>
        <Line name="Groups">{list(test.groups, "none came")}</Line>
        {test.attributes.map((a) => (
          <Line key={a.name} name={a.name}>
            {list(a.values, "empty")}
          </Line>
        ))}
      </dl>
    </div>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-3">
      <dt className="w-28 shrink-0 wrap-anywhere text-muted">{name}</dt>
      <dd className="flex min-w-0 flex-1 flex-wrap gap-1 wrap-anywhere">{children}</dd>
    </div>
  );
}

function list(values: string[], none: string) {
  if (values.length === 0) return <span className="text-faint">{none}</span>;
  return [...new Set(values)].map((v) => <Tag key={v}>{v}</Tag>);
}
