import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read, stale } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { span } from "../../../kit/time.ts";
import { SeverityMark } from "../../alerts/severity.tsx";
import { Changes } from "./Changes.tsx";
import { blockers, type Check, countsOf, originsOf } from "./findings.ts";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** Publishes the draft, after it has shown what will alert then, and what changes. */
export function Publish({
  file,
  edit,
  check,
  behind,
  onClose,
}: {
  file: FileDetail;
  edit: RuleEdit;
  check: Check | undefined;
  /** The check is of an older text. */
  behind: boolean;
  onClose: () => void;
}) {
  const [note, setNote] = useState("");
  const rules = useQuery(read("/api/v1/rules", {}));
  const before = file.versions[0];
  const now = check?.rules ?? [];
  const gone = (rules.data ?? []).filter((r) => r.file === file.id && !now.some((n) => n.id === r.id));
  const origins = (rules.data ?? []).filter((r) => r.enabled && !r.own && originsOf(edit.now.text).includes(r.id));
  const [alone, setAlone] = useState(false);
  const stops = check && blockers(countsOf(check));
  const same = before && before.text === edit.now.text && before.cases === edit.now.cases;
  const ready = check?.ok === true && !behind && !same;
  const go = () =>
    edit.publish.mutate(note, {
      onSuccess: (after) => {
        toast({ title: `Version ${after.version} is published`, detail: "It holds from the next event on." });
        if (alone) void switchOff(origins);
        onClose();
      },
    });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={before ? `Publish version ${file.version + 1}` : "Publish the rule"}
      intro="From the next event on, every event is held against it. Alerts that there are stay as they are."
      footer={
        <>
          <Button onClick={onClose}>Not yet</Button>
          <Button look="primary" disabled={!ready} busy={edit.publish.isPending} onClick={go}>
            Publish
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {stops && (
          <Note tone="bad" title="It cannot be published yet">
            {stops}
          </Note>
        )}
        {same && <Note>Nothing has changed since version {before.number}.</Note>}
        {!same && (
          <ul className="flex flex-col gap-2">
            {now.map((r) => {
              const known = rules.data?.find((x) => x.id === r.id);
              const on = known ? known.enabled : r.enabled;
              return (
                <li key={r.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
                  <SeverityMark severity={known?.changed ? known.severity : r.severity} />
                  <span className="font-medium wrap-anywhere">{r.title}</span>
                  <span className="text-sm text-muted">
                    {on ? "on" : "off: it is switched on in the list of rules"}; about {r.entity}, one alert within{" "}
                    {span(r.window * 1000)}
                  </span>
                </li>
              );
            })}
            {gone.map((r) => (
              <li key={r.id} className="text-bad">
                {r.title} is no longer in the file, or has another id: it stops. Its alerts stay, its exceptions and
                switches mean nothing any more.
              </li>
            ))}
          </ul>
        )}
        {!same && origins.length > 0 && (
          <Checkbox
            shown
            checked={alone}
            onChange={setAlone}
            label={`Switch off ${origins.map((r) => r.title).join(", ")}, which it comes from. As long as both are on, both alert.`}
          />
        )}
        <Field label="What has changed" help="It stands with the version.">
          {(f) => (
            <Input
              {...f}
              value={note}
              maxLength={1000}
              autoComplete="off"
              onChange={(e) => setNote(e.target.value)}
              onKeyDown={(e) => e.key === "Enter" && ready && go()}
            />
          )}
        </Field>
        {edit.publish.isError && !edit.refused && <Failed what="It was not published." error={edit.publish.error} />}
        {before && !same && <Changes before={before} after={edit.now} />}
      </div>
    </Dialog>
  );
}

/** Switches rules off that others have taken the place of. */
async function switchOff(rules: { id: string; title: string }[]) {
  try {
    for (const r of rules)
      await call("patch", "/api/v1/rules/{rule}", { path: { rule: r.id }, body: { enabled: false } });
  } catch {
    toast({
      tone: "bad",
      title: "The rule that it comes from is still on",
      detail: "Switch it off in the list of rules.",
    });
  }
  void stale("/api/v1/rules", "/api/v1/rules/{rule}");
}
