import { Field, Input } from "../../../kit/Field.tsx";
import { hostTyped } from "./ways.ts";

/** Where an org is, however one has it at hand. */
export function DomainField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (domain: string) => void;
  error?: string;
}) {
  const host = hostTyped(value);
  return (
    <Field
      label="Domain of the org"
      required
      error={error}
      help={
        host ? `That is ${host}.` : "As acme, acme.okta.com, its custom domain, or the address of its Admin Console."
      }
    >
      {(f) => (
        <Input
          {...f}
          value={value}
          placeholder="acme"
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}
