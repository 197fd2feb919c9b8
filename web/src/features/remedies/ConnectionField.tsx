import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { Field, Select } from "../../kit/Field.tsx";
import { useCan } from "../session/session.ts";
import { lacking } from "./through.ts";

/** Which connection to Okta makes the calls. Where there is one alone, nobody is asked. */
export function ConnectionField({
  value,
  scopes = [],
  onChange,
  error,
}: {
  value: string;
  /** What the calls need: which connection lacks some is told. */
  scopes?: string[];
  onChange: (id: string) => void;
  error?: string;
}) {
  const can = useCan("connections:read");
  const all = useQuery({ ...read("/api/v1/connections", {}), enabled: can });
  const okta = all.data?.filter((c) => c.connector.id === "okta") ?? [];
  const only = okta.length === 1 && okta[0]?.id === value;
  if (!can || (only && !error)) return null;
  return (
    <Field label="Through" required error={error} help="The connection whose rights the calls are made with.">
      {(f) => (
        <Select
          {...f}
          value={value}
          onChange={(e) => onChange(e.target.value)}
          choices={[
            ...(okta.some((c) => c.id === value) ? [] : [{ value, label: value ? "Another one" : "Choose one" }]),
            ...okta.map((c) => {
              const lacks = lacking(c, scopes);
              return { value: c.id, label: lacks.length > 0 ? `${c.name} (lacks ${lacks.join(", ")})` : c.name };
            }),
          ]}
        />
      )}
    </Field>
  );
}
