import { useState } from "react";
import { Field, Input } from "../../kit/Field.tsx";
import { minPassword, passwordProblem } from "./password.ts";

type Props = {
  label?: string;
  value: string;
  onChange: (password: string) => void;
  /** The address of the account, which is no password. */
  email?: string;
  /** What the server has against it. */
  error?: string;
  autoFocus?: boolean;
};

/** A password that is chosen. What the server refused is said until another is typed. */
export function NewPassword({ label = "New password", value, onChange, email = "", error, autoFocus }: Props) {
  const [refused, setRefused] = useState<{ error?: string; value: string }>({ value: "" });
  if (error && refused.error !== error) setRefused({ error, value });
  const still = error && refused.value === value ? error : undefined;
  return (
    <Field
      label={label}
      help={`At least ${minPassword} characters; a few words in a row are good. Passwords that are known from breaches are not taken.`}
      error={still ?? passwordProblem(value, email)}
    >
      {(f) => (
        <Input
          {...f}
          type="password"
          name="new-password"
          autoComplete="new-password"
          required
          autoFocus={autoFocus}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}
