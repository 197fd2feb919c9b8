import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { read } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Field, Input, Select, Textarea } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { setTop } from "../model/palette.ts";
import type { Placed } from "../model/problems.ts";
import { availableAt, type Samples } from "../model/scope.ts";
import type { Path } from "../model/source.ts";
import { objectOf, type TriggerKind, textOf } from "../model/tree.ts";
import { AlertTrigger } from "./AlertTrigger.tsx";
import { FindingTrigger } from "./FindingTrigger.tsx";
import { ConditionField } from "./fields/ConditionField.tsx";
import { Without } from "./fields/NamedFields.tsx";
import { PortFields } from "./PortFields.tsx";
import type { Editor } from "./useEditor.ts";

const kinds: { value: TriggerKind; label: string; make: () => unknown }[] = [
  { value: "event", label: "Something happens in Okta or Auth0", make: () => "" },
  { value: "alert", label: "A rule raises an alert", make: () => ({ severity: "high" }) },
  { value: "finding", label: "A check finds something", make: () => ({ severity: "high" }) },
  { value: "on_demand", label: "Somebody runs it", make: () => null },
  { value: "call", label: "Another flow calls it", make: () => null },
  { value: "schedule", label: "At certain times", make: () => ({ cron: "0 0 9 * * 1-5", zone: "UTC" }) },
  { value: "api", label: "A request comes in", make: () => ({ access: "token" }) },
  { value: "delegated", label: "Somebody runs it for a person", make: () => null },
  { value: "row", label: "A row of a table changes", make: () => ({ table: "", on: ["created"] }) },
];

/** What starts a flow. */
export function TriggerForm({ editor, problems, samples }: { editor: Editor; problems: Placed[]; samples: Samples }) {
  const { tree, model } = editor;
  if (!tree || !model.catalogue) return null;
  const t = tree.trigger;
  const groups = availableAt({ tree, catalogue: model.catalogue, samples }, ["cards"], 0).filter((g) =>
    ["trigger", "options"].includes(g.kind),
  );
  const set = (path: Path, value: unknown) =>
    editor.change(
      (s) => {
        setTop(s, ["trigger", ...path], value);
        return undefined;
      },
      `trigger ${path.join(".")}`,
    );
  const choose = (kind: string) =>
    editor.change((s) => {
      const made = kinds.find((k) => k.value === kind);
      if (made) setTop(s, ["trigger"], { [kind]: made.make() });
      return undefined;
    });
  const wrong = (field: string) => problems.find((p) => p.card === "trigger" && p.field.startsWith(field))?.message;
  const general = problems.filter((p) => p.card === "trigger" && !/^(event|where)/.test(p.field));
  return (
    <fieldset disabled={editor.broken} className="flex min-w-0 flex-col gap-4 p-4" aria-label="What starts the flow">
      <h2 className="text-base">What starts the flow</h2>
      {general.map((p) => (
        <Note key={p.message} tone="bad">
          {p.message}
        </Note>
      ))}
      <Field label="It starts when" required>
        {(f) => (
          <Select
            {...f}
            value={t.kind}
            choices={[...(t.kind === "none" ? [{ value: "none", label: "Choose" }] : []), ...kinds]}
            onChange={(e) => choose(e.target.value)}
          />
        )}
      </Field>
      {t.kind === "event" && (
        <Events events={t.events} onChange={(v) => set(["event"], v.length === 1 ? v[0] : v)} error={wrong("event")} />
      )}
      {t.kind === "alert" && <AlertTrigger alert={t.data.alert} onChange={(v) => set(["alert"], v)} />}
      {t.kind === "finding" && <FindingTrigger finding={t.data.finding} onChange={(v) => set(["finding"], v)} />}
      {(t.kind === "event" || t.kind === "alert" || t.kind === "finding") &&
        ("where" in t.data ? (
          <ConditionField
            label="Only where"
            value={t.where}
            onChange={(v) => set(["where"], v ?? "")}
            groups={groups}
            problem={wrong("where")}
            aside={<Without label="the condition" onRemove={() => set(["where"], undefined)} />}
          />
        ) : (
          <button
            type="button"
            className="self-start text-sm text-muted underline hover:text-ink"
            onClick={() => set(["where"], "")}
          >
            Only where a condition holds
          </button>
        ))}
      {t.kind === "schedule" && <Schedule editor={editor} set={set} />}
      {t.kind === "api" && <Access data={objectOf(t.data.api)} set={set} />}
      {t.kind === "row" && <Row editor={editor} set={set} />}
      {["on_demand", "call", "api", "delegated"].includes(t.kind) && (
        <PortFields
          editor={editor}
          title="Inputs"
          noun="an input"
          at={["trigger", t.kind, "inputs"]}
          ports={t.inputs}
          withFrom={t.kind === "api"}
        />
      )}
    </fieldset>
  );
}

function Events({ events, onChange, error }: { events: string[]; onChange: (v: string[]) => void; error?: string }) {
  const auth0 = useQuery({ ...read("/api/v1/auth0/log-types", {}), staleTime: Number.POSITIVE_INFINITY });
  const titleOf = (type: string) => auth0.data?.find((t) => t.event === type)?.title;
  const shown = events.length > 0 ? events : [""];
  return (
    <div className="flex flex-col gap-2">
      {shown.map((e, i) => (
        <Field
          // biome-ignore lint/suspicious/noArrayIndexKey: an event type is its place
          key={i}
          label={i === 0 ? "Event type" : `Or event type ${i + 1}`}
          required={i === 0}
          help={i === 0 ? (titleOf(e) ?? "As Okta calls it, user.session.start, or Auth0: auth0.fp") : titleOf(e)}
          error={i === shown.length - 1 ? error : undefined}
          aside={
            shown.length > 1 && <Without label={e || "it"} onRemove={() => onChange(shown.filter((_, n) => n !== i))} />
          }
        >
          {(f) => (
            <>
              <Input
                {...f}
                list="event-types"
                spellCheck={false}
                className="font-mono !text-xs"
                value={e}
                onChange={(x) => onChange(shown.map((y, n) => (n === i ? x.target.value.trim() : y)))}
              />
              {i === 0 && (
                <datalist id="event-types">
                  {wellKnown.map((w) => (
                    <option key={w} value={w} />
                  ))}
                  {auth0.data?.map((t) => (
                    <option key={t.event} value={t.event} label={t.title} />
                  ))}
                </datalist>
              )}
            </>
          )}
        </Field>
      ))}
      <div>
        <Button
          size="sm"
          icon={<Plus size={14} />}
          onClick={() => onChange([...shown, ""])}
          disabled={shown.at(-1) === ""}
        >
          Another event type
        </Button>
      </div>
    </div>
  );
}

/** Event types that flows are often started by (Okta's event types reference). */
const wellKnown = [
  "user.account.report_suspicious_activity_by_enduser",
  "user.account.privilege.grant",
  "user.account.lock",
  "user.account.update_password",
  "user.authentication.sso",
  "user.authentication.auth_via_mfa",
  "user.lifecycle.create",
  "user.lifecycle.activate",
  "user.lifecycle.deactivate",
  "user.lifecycle.suspend",
  "user.mfa.factor.activate",
  "user.mfa.factor.deactivate",
  "user.mfa.factor.reset_all",
  "user.mfa.okta_verify.deny_push",
  "user.session.start",
  "user.session.end",
  "user.risk.change",
  "group.user_membership.add",
  "group.user_membership.remove",
  "group.privilege.grant",
  "application.user_membership.add",
  "application.user_membership.remove",
  "policy.lifecycle.update",
  "policy.rule.update",
  "security.threat.detected",
  "system.api_token.create",
  "zone.update",
];

type Set = (path: Path, value: unknown) => void;

function Schedule({ editor, set }: { editor: Editor; set: Set }) {
  const s = objectOf(editor.tree?.trigger.data.schedule);
  const text = (key: string, label: string, help?: string, placeholder?: string) => (
    <Field label={label} help={help} required={key === "cron"}>
      {(f) => (
        <Input
          {...f}
          className={key === "cron" ? "font-mono !text-xs" : undefined}
          placeholder={placeholder}
          value={textOf(s[key])}
          onChange={(e) => set(["schedule", key], e.target.value || (key === "cron" ? "" : undefined))}
        />
      )}
    </Field>
  );
  return (
    <>
      {text("cron", "Times", "Seconds, minutes, hours, day of month, month, day of week", "0 0 9 * * 1-5")}
      {text("zone", "Time zone", undefined, "Europe/Berlin")}
      <Field label="Times that were missed">
        {(f) => (
          <Select
            {...f}
            value={textOf(s.missed) || "skip"}
            choices={[
              { value: "skip", label: "are passed over" },
              { value: "once", label: "are made up for, once" },
            ]}
            onChange={(e) => set(["schedule", "missed"], e.target.value === "once" ? "once" : undefined)}
          />
        )}
      </Field>
    </>
  );
}

function Access({ data, set }: { data: Record<string, unknown>; set: Set }) {
  return (
    <Field label="Who may ask">
      {(f) => (
        <Select
          {...f}
          value={textOf(data.access) || "token"}
          choices={[
            { value: "token", label: "whoever has its token" },
            { value: "oauth", label: "whoever has an access token" },
            { value: "public", label: "anybody" },
          ]}
          onChange={(e) => set(["api", "access"], e.target.value)}
        />
      )}
    </Field>
  );
}

function Row({ editor, set }: { editor: Editor; set: Set }) {
  const row = objectOf(editor.tree?.trigger.data.row);
  const on = Array.isArray(row.on) ? row.on : [];
  return (
    <>
      <Field label="Table" required>
        {(f) => (
          <Select
            {...f}
            value={textOf(row.table)}
            choices={[
              { value: "", label: "Choose" },
              ...(editor.tree?.tables ?? []).map((t) => ({ value: t.name, label: t.title })),
            ]}
            onChange={(e) => set(["row", "table"], e.target.value)}
          />
        )}
      </Field>
      {["created", "updated", "deleted"].map((w) => (
        <Checkbox
          key={w}
          shown
          label={`A row is ${w}`}
          checked={on.includes(w)}
          onChange={(yes) => set(["row", "on"], yes ? [...on, w] : on.filter((x) => x !== w))}
        />
      ))}
    </>
  );
}

/** A text of several lines that belongs to the flow. */
export function LongText({ label, value, onChange }: { label: string; value: string; onChange: (v: string) => void }) {
  return (
    <Field label={label}>
      {(f) => (
        <Textarea {...f} className="!min-h-8" rows={2} value={value} onChange={(e) => onChange(e.target.value)} />
      )}
    </Field>
  );
}
