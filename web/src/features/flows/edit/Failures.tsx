import { Field, Input, Select } from "../../../kit/Field.tsx";
import { loopKinds } from "../model/kinds.ts";
import { objectOf, textOf } from "../model/tree.ts";
import { type CardEdit, Value } from "./CardForm.tsx";

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
      <div className="grid grid-cols-2 gap-2">
        <Field label="Try again for" error={edit.wrong("retry")}>
          {(f) => (
            <Input
              {...f}
              placeholder="1h"
              disabled={typeof d.retry === "object" && d.retry !== null}
              value={typeof d.retry === "object" ? "see the YAML" : textOf(d.retry)}
              onChange={(e) => edit.set(["retry"], e.target.value || undefined)}
            />
          )}
        </Field>
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
      </div>
    </>
  );
}
