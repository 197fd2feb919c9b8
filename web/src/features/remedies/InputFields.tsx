import { Field, Input } from "../../kit/Field.tsx";
import type { Playbook } from "./remedy.ts";

/** What a playbook wants to know beside what it is applied to. */
export function InputFields({
  of,
  typed,
  onChange,
}: {
  of: Playbook;
  typed: Record<string, string>;
  onChange: (typed: Record<string, string>) => void;
}) {
  return of.inputs.map((i) => (
    <Field key={i.name} label={i.title} required={i.required} help={i.help}>
      {(f) => (
        <Input
          {...f}
          spellCheck={false}
          value={typed[i.name] ?? ""}
          onChange={(e) => onChange({ ...typed, [i.name]: e.target.value })}
        />
      )}
    </Field>
  ));
}
