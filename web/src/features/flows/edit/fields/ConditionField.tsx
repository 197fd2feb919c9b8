import { Field, Select } from "../../../../kit/Field.tsx";
import { operators } from "../../model/kinds.ts";
import { celText } from "../../model/refs.ts";
import type { Group } from "../../model/scope.ts";
import { objectOf, textOf } from "../../model/tree.ts";
import { TemplateField } from "./TemplateField.tsx";

/** A condition: an expression, or a comparison of two values. */
export function ConditionField({
  label,
  value,
  onChange,
  groups,
  problem,
  required,
  aside,
}: {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  groups: Group[];
  problem?: string;
  required?: boolean;
  aside?: React.ReactNode;
}) {
  const compared = typeof value === "object" && value !== null;
  const { a, is, b } = objectOf(value);
  const alone = textOf(is).includes("empty");
  const set = (part: Record<string, unknown>) => {
    const next = { a, is: is ?? "==", b, ...part };
    onChange(Object.fromEntries(Object.entries(next).filter(([, v]) => v !== undefined)));
  };
  return (
    <div className="flex flex-col gap-1.5">
      {compared ? (
        <fieldset className="flex flex-col gap-2 rounded-md border p-2.5">
          <legend className="px-1 text-sm font-medium">{label}</legend>
          <TemplateField
            label="This value"
            type="any"
            value={a}
            onChange={(v) => set({ a: v ?? "" })}
            groups={groups}
            required
          />
          <Field label="is">
            {(f) => (
              <Select
                {...f}
                value={textOf(is) || "=="}
                choices={operators.map((o) => ({ value: o, label: operatorWords[o] ?? o }))}
                onChange={(e) => set({ is: e.target.value, ...(e.target.value.includes("empty") && { b: undefined }) })}
              />
            )}
          </Field>
          {!alone && (
            <TemplateField
              label="That value"
              type="any"
              value={b}
              onChange={(v) => set({ b: v ?? "" })}
              groups={groups}
            />
          )}
        </fieldset>
      ) : (
        <TemplateField
          label={label}
          type="text"
          value={value}
          onChange={onChange}
          groups={groups}
          problem={problem}
          required={required}
          aside={aside}
          written={celText}
          mono
          placeholder="event.outcome.result == 'SUCCESS'"
        />
      )}
      <button
        type="button"
        className="self-start text-xs text-muted underline hover:text-ink"
        onClick={() => onChange(compared ? "" : { a: "", is: "==", b: "" })}
      >
        {compared ? "Write it as an expression" : "Compare two values instead"}
      </button>
    </div>
  );
}

const operatorWords: Record<string, string> = {
  "==": "equal to",
  "!=": "not equal to",
  ">=": "at least",
  "<=": "at most",
  ">": "greater than",
  "<": "less than",
  "===": "equal to, of the same kind",
  "!==": "not equal to, or of another kind",
  in: "in the list",
  "not in": "not in the list",
  has: "something that has",
  "doesn't have": "something that does not have",
  "is empty": "empty",
  "is not empty": "not empty",
  "%": "a multiple of",
};
