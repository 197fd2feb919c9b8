import { Checkbox } from "./Checkbox.tsx";
import { Field, Input, Select, Textarea } from "./Field.tsx";
import type { ValueSpec } from "./value.ts";

export type ValueFieldProps = {
  spec: ValueSpec;
  text: string;
  onChange: (text: string) => void;
  error?: string;
  disabled?: boolean;
};

/** The field for a value of some type. */
export function ValueField({ spec, text, onChange, error, disabled }: ValueFieldProps) {
  if (spec.type === "boolean") {
    return (
      <div>
        <Checkbox
          shown
          checked={text === "true"}
          onChange={(on) => onChange(String(on))}
          label={spec.title}
          disabled={disabled}
        />
        {(error || spec.help) && (
          <div className={error ? "pl-6 text-xs text-bad" : "pl-6 text-xs text-faint"}>{error || spec.help}</div>
        )}
      </div>
    );
  }
  return (
    <Field label={spec.title} required={spec.required} help={spec.help ?? hints[spec.type]} error={error}>
      {(f) => {
        if (spec.choices?.length) {
          const choices = spec.choices.map((c) => ({ value: String(c), label: String(c) }));
          const first = spec.required && text ? [] : [{ value: "", label: spec.required ? "Choose" : "None" }];
          return (
            <Select
              {...f}
              name={spec.name}
              disabled={disabled}
              value={text}
              choices={[...first, ...choices]}
              onChange={(e) => onChange(e.target.value)}
            />
          );
        }
        if (spec.long || spec.type === "list" || spec.type === "object") {
          return (
            <Textarea
              {...f}
              name={spec.name}
              disabled={disabled}
              value={text}
              onChange={(e) => onChange(e.target.value)}
              spellCheck={false}
            />
          );
        }
        const type = spec.type === "date" ? "datetime-local" : "text";
        return (
          <Input
            {...f}
            name={spec.name}
            type={type}
            step={spec.type === "date" ? 1 : undefined}
            inputMode={spec.type === "number" ? "decimal" : undefined}
            disabled={disabled}
            value={text}
            autoComplete="off"
            onChange={(e) => onChange(e.target.value)}
          />
        );
      }}
    </Field>
  );
}

const hints: Partial<Record<ValueSpec["type"], string>> = { list: "One in each line.", object: "As JSON." };
