import { Field, Input } from "../../kit/Field.tsx";

type Props = {
  label: string;
  /** A recovery code, and not one of an authenticator app. */
  recovery?: boolean;
  value: string;
  onChange: (code: string) => void;
  error?: string;
  help?: string;
};

/** Where a code of an authenticator app is typed, or a recovery code. */
export function CodeField({ label, recovery, value, onChange, error, help }: Props) {
  return (
    <Field label={label} error={error} help={help}>
      {(f) => (
        <Input
          {...f}
          inputMode={recovery ? "text" : "numeric"}
          autoComplete={recovery ? "off" : "one-time-code"}
          autoFocus
          spellCheck={false}
          placeholder={recovery ? undefined : "123 456"}
          className="font-mono tracking-wide"
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}
