import { Field, Input, Select } from "../../../kit/Field.tsx";
import { loopKinds } from "../model/kinds.ts";
import { objectOf, textOf } from "../model/tree.ts";
import { type CardEdit, Names, Value } from "./CardValue.tsx";

/** What happens when a card does not succeed. */
export function Failures({ edit }: { edit: CardEdit }) {
  const { card } = edit;
  const runs = ["function", "action", "table", "call"].includes(card.kind) || loopKinds.has(card.kind);
  if (!runs) return null;
  const d = card.data;
  const onError = objectOf(d.on_error);
  const how = "call" in onError ? "call" : "return" in onError ? "return" : textOf(d.on_error) || "stop";
  const set = ["on_error", "on_refused", "retry", "timeout"].filter((k) => k in d).length;
  return (
    <details
      className="rounded-md border"
      open={edit.problems.some((p) => /^(on_|retry|timeout)/.test(p.field)) || undefined}
    >
      <summary className="flex h-9 items-center gap-2 px-3 text-sm text-muted hover:text-ink">
        When it does not succeed
        {set > 0 && <span className="text-xs text-faint">{set} set</span>}
      </summary>
      <div className="flex flex-col gap-3 border-t p-3">
        <Field label="If it fails" error={edit.wrong("on_error")}>
          {(f) => (
            <Select
              {...f}
              value={how}
              choices={[
                { value: "stop", label: "the run fails" },
                { value: "continue", label: "the run goes on" },
                { value: "call", label: "another flow runs, then the run fails" },
                { value: "return", label: "the flow ends with values" },
              ]}
              onChange={(e) => edit.set(["on_error"], policyOf(e.target.value))}
            />
          )}
        </Field>
        {how === "call" && <Value edit={edit} label="Flow to run" path={["on_error", "call"]} type="text" required />}
        {how === "return" && <Names edit={edit} at={["on_error", "return"]} what="result" />}
        {card.kind === "action" && <ActionPolicies edit={edit} />}
      </div>
    </details>
  );
}

function policyOf(choice: string): unknown {
  if (choice === "call") return { call: "" };
  if (choice === "return") return { return: {} };
  return choice === "continue" ? "continue" : undefined;
}

function ActionPolicies({ edit }: { edit: CardEdit }) {
  const d = edit.card.data;
  return (
    <>
      <Field label="If the guard refuses it" error={edit.wrong("on_refused")}>
        {(f) => (
          <Select
            {...f}
            value={textOf(d.on_refused) || "continue"}
            choices={[
              { value: "continue", label: "the run goes on" },
              { value: "stop", label: "the run fails" },
            ]}
            onChange={(e) => edit.set(["on_refused"], e.target.value === "stop" ? "stop" : undefined)}
          />
        )}
      </Field>
      <Retry edit={edit} />
      <Field label="Takes at most" error={edit.wrong("timeout")}>
        {(f) => (
          <Input
            {...f}
            placeholder="30s"
            value={textOf(d.timeout)}
            onChange={(e) => edit.set(["timeout"], e.target.value || undefined)}
          />
        )}
      </Field>
    </>
  );
}

/** What passes is tried again: for a time, or so often. */
function Retry({ edit }: { edit: CardEdit }) {
  const { retry } = edit.card.data;
  const often = typeof retry === "object" && retry !== null;
  const set = (key: string, value: unknown) => edit.set(["retry", key], value);
  const o = objectOf(retry);
  const delays = Array.isArray(o.delay) ? o.delay.map(textOf).join(", ") : textOf(o.delay);
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        <Field label="If it may pass" error={often ? undefined : edit.wrong("retry")}>
          {(f) => (
            <Select
              {...f}
              value={often ? "often" : "long"}
              choices={[
                { value: "long", label: "try again for a time" },
                { value: "often", label: "try again so often" },
              ]}
              onChange={(e) => edit.set(["retry"], e.target.value === "often" ? { times: 3 } : undefined)}
            />
          )}
        </Field>
        {often ? (
          <Field label="Times" error={edit.wrong("retry.times") ?? edit.wrong("retry")}>
            {(f) => (
              <Input
                {...f}
                type="number"
                min={0}
                value={typeof o.times === "number" ? o.times : ""}
                onChange={(e) => set("times", e.target.value === "" ? undefined : Number(e.target.value))}
              />
            )}
          </Field>
        ) : (
          <Field label="For">
            {(f) => (
              <Input
                {...f}
                placeholder="1h"
                value={textOf(retry)}
                onChange={(e) => edit.set(["retry"], e.target.value || undefined)}
              />
            )}
          </Field>
        )}
      </div>
      {often && (
        <div className="grid grid-cols-2 gap-2">
          <Field label="Pauses" help="One, or one for each time." error={edit.wrong("retry.delay")}>
            {(f) => (
              <Input
                {...f}
                placeholder="1m, 3m"
                defaultValue={delays}
                onBlur={(e) => set("delay", pauses(e.target.value))}
              />
            )}
          </Field>
          <Field label="Of what" error={edit.wrong("retry.only")}>
            {(f) => (
              <Select
                {...f}
                value={textOf(o.only)}
                choices={[
                  { value: "", label: "whatever may pass" },
                  { value: "rate_limits", label: "rate limits alone" },
                ]}
                onChange={(e) => set("only", e.target.value || undefined)}
              />
            )}
          </Field>
        </div>
      )}
    </>
  );
}

/** Pauses as they are typed: one by itself, several as a list. */
function pauses(text: string): string | string[] | undefined {
  const all = text
    .split(",")
    .map((t) => t.trim())
    .filter(Boolean);
  return all.length > 1 ? all : all[0];
}
