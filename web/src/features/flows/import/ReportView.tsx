import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Field, Select } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { Tag } from "../../../kit/State.tsx";
import { counted } from "../../../kit/time.ts";
import { useConnectorTitles } from "../../connections/useConnectorTitles.ts";
import { inputName, type Report, type ReportFlow, startWords, valuesToLookAt } from "./importWords.ts";

/** The connections of a file, and which of ours takes the place of each. */
export function ConnectionChoices({
  report,
  chosen,
  onChoose,
}: {
  report: Report;
  chosen: Record<string, string>;
  onChoose: (key: string, id: string) => void;
}) {
  const titleOf = useConnectorTitles();
  if (report.connections.length === 0) return null;
  return (
    <Part title="Connections">
      <div className="grid gap-3 sm:grid-cols-2">
        {report.connections.map((c) => (
          <Field
            key={c.key}
            label={c.name}
            aside={`${titleOf(c.connector)} · ${counted(c.flows, "flow")}`}
            help={
              !c.known ? (
                "There is no such connector yet. Its cards cannot run."
              ) : c.choices.length === 0 ? (
                <>
                  None fits yet.{" "}
                  <Link to="/connections" search={{ add: c.connector }} className="text-accent underline">
                    Add one
                  </Link>
                  , or choose it later.
                </>
              ) : undefined
            }
          >
            {(f) => (
              <Select
                {...f}
                value={chosen[c.key] ?? ""}
                disabled={c.choices.length === 0}
                choices={[
                  { value: "", label: "Choose later" },
                  ...c.choices.map((x) => ({ value: x.id, label: x.name })),
                ]}
                onChange={(e) => onChoose(c.key, e.target.value)}
              />
            )}
          </Field>
        ))}
      </div>
    </Part>
  );
}

/** What a file holds, and what is left to do about it. */
export function Contents({ report }: { report: Report }) {
  return (
    <>
      <Part title={counted(report.flows.length, "flow")}>
        <ul className="divide-y rounded-md border">
          {report.flows.map((f) => (
            <FlowLine key={f.slug} flow={f} />
          ))}
        </ul>
      </Part>
      {report.tables.length > 0 && (
        <Part title={counted(report.tables.length, "table")}>
          <ul className="flex flex-col gap-1">
            {report.tables.map((t) => (
              <li key={`${t.folder}/${t.title}`} className="wrap-anywhere">
                {t.title} <span className="text-sm text-faint">{t.columns.join(", ")}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {report.folders.length > 1 && (
        <p className="text-sm text-muted">
          The folders {report.folders.join(", ")} become one: flows call each other within a folder.
        </p>
      )}
      <Checklist report={report} />
      {report.warnings.length > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-muted">
            {counted(report.warnings.length, "warning")} about the file
          </summary>
          <ul className="mt-2 flex flex-col gap-1 text-sm">
            {report.warnings.map((w) => (
              <li key={`${w.path} ${w.message}`} className="wrap-anywhere">
                {w.flow && <>{w.flow}: </>}
                {w.message} <code className="font-mono text-xs text-faint">{w.path}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function FlowLine({ flow: f }: { flow: ReportFlow }) {
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 wrap-anywhere">{f.title}</span>
        {f.trigger && <span className="text-sm text-faint">{startWords(f.trigger)}</span>}
        {f.ready ? <Tag>Can run</Tag> : <Tag tone="warn">Draft</Tag>}
      </div>
      {f.missing.map((m) => (
        <p key={`${m.card} ${m.needs}`} className="text-sm text-warn wrap-anywhere">
          {m.title || m.is} cannot run yet: it needs {m.needs}
        </p>
      ))}
      {f.problems.map((p) => (
        <p key={p} className="text-sm text-bad wrap-anywhere">
          {p}
        </p>
      ))}
    </li>
  );
}

/** What people look at after an import, flow by flow. */
function Checklist({ report }: { report: Report }) {
  const secrets = report.flows.flatMap((f) => f.secrets);
  const flows = report.flows.filter((f) => f.secrets.length + valuesToLookAt(f).length > 0);
  if (flows.length === 0) return null;
  return (
    <Part title="To look at">
      {secrets.length > 0 && (
        <Note tone="warn" title={`${counted(secrets.length, "secret")} found in the file`}>
          They are not taken over. Fill in the options in the set-up of each flow, and renew what others may have seen.
        </Note>
      )}
      <ul className="flex flex-col gap-3 wrap-anywhere">
        {flows.map((f) => (
          <li key={f.slug}>
            <FlowName flow={f} id={report.made?.flows[f.slug]} />
            <ul className="flex flex-col">
              {f.secrets.map((s) => (
                <li key={s.option}>
                  <Line
                    here={report.made !== undefined}
                    label={`The secret option ${s.option}, for ${inputName(s.key)}`}
                  />
                </li>
              ))}
              {valuesToLookAt(f).map((v) => (
                <li key={`${v.card} ${v.key} ${v.text}`}>
                  <Line
                    here={report.made !== undefined}
                    label={`${v.title || v.card}, ${inputName(v.key)}: ${v.text}`}
                  />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function FlowName({ flow, id }: { flow: ReportFlow; id?: string }) {
  if (!id) return <h4 className="text-sm font-medium">{flow.title}</h4>;
  return (
    <h4 className="text-sm font-medium">
      <Link to="/flows/$id/edit" params={{ id }} className="text-accent hover:underline">
        {flow.title}
      </Link>
    </h4>
  );
}

/** Something to look at, which can be ticked off once the flows are here. */
function Line({ here, label }: { here: boolean; label: string }) {
  const [done, setDone] = useState(false);
  if (!here) return <span className="text-sm text-muted">{label}</span>;
  return <Checkbox shown checked={done} onChange={setDone} label={label} />;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-base">{title}</h3>
      {children}
    </section>
  );
}
