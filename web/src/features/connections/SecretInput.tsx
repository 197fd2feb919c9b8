import { Field, Input, Textarea } from "../../kit/Field.tsx";
import { Time } from "../../kit/Time.tsx";

type Props = {
  field: { title: string; help?: string; required: boolean; long: boolean };
  /** It has a value already, entered at this time. */
  set: boolean;
  changedAt?: string;
  value: string;
  disabled?: boolean;
  onChange: (v: string) => void;
  error?: string;
};

/** A secret: it can be written, and never read. */
export function SecretInput({ field, set, changedAt, value, disabled, onChange, error }: Props) {
  return (
    <Field
      label={field.title}
      required={field.required && !set}
      error={error}
      help={field.help}
      aside={
        set ? (
          changedAt ? (
            <>
              last changed <Time at={changedAt} />
            </>
          ) : (
            "set"
          )
        ) : undefined
      }
    >
      {(f) =>
        field.long ? (
          <Textarea
            {...f}
            value={value}
            disabled={disabled}
            placeholder={set ? "Unchanged" : ""}
            spellCheck={false}
            autoComplete="off"
            onChange={(e) => onChange(e.target.value)}
            className="font-mono text-xs"
          />
        ) : (
          <Input
            {...f}
            type="password"
            value={value}
            disabled={disabled}
            placeholder={set ? "Unchanged" : ""}
            autoComplete="new-password"
            onChange={(e) => onChange(e.target.value)}
          />
        )
      }
    </Field>
  );
}
