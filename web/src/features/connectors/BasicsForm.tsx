import { Field, Input, Select } from "../../kit/Field.tsx";
import { Section } from "../../kit/Page.tsx";
import { addressProblem, type Draft, type Way, ways } from "./draft.ts";

type Props = { draft: Draft; id: string; onChange: (d: Draft) => void };

/** What it is called, where it is, how its connections sign in. */
export function BasicsForm({ draft: d, id, onChange }: Props) {
  const set = (part: Partial<Draft>) => onChange({ ...d, ...part });
  const sign = (part: Partial<Way>) => set({ auth: { ...d.auth, ...part } });
  const text = (
    label: string,
    key: "title" | "description" | "baseUrl" | "docs",
    help?: string,
    placeholder?: string,
  ) => (
    <Field
      label={label}
      help={help}
      required={key === "title"}
      error={key === "baseUrl" || key === "docs" ? addressProblem(d[key] ?? "", key === "docs") : undefined}
    >
      {(f) => (
        <Input {...f} value={d[key] ?? ""} placeholder={placeholder} onChange={(e) => set({ [key]: e.target.value })} />
      )}
    </Field>
  );
  const part = (label: string, key: "header" | "prefix" | "param" | "tokenUrl" | "authorizeUrl", help?: string) => (
    <Field label={label} help={help} error={key.endsWith("Url") ? addressProblem(d.auth[key] ?? "", true) : undefined}>
      {(f) => <Input {...f} value={d.auth[key] ?? ""} onChange={(e) => sign({ [key]: e.target.value })} />}
    </Field>
  );
  const kind = d.auth.kind;
  const oauth = kind === "oauth2_client_credentials" || kind === "oauth2_authorization_code";
  const readers = d.calls.filter((c) => c.effect === "read" && !c.inputs?.some((i) => i.required));
  return (
    <Section title="The system">
      <div className="grid gap-4 sm:grid-cols-2">
        {text("Title", "title", id === "own_" ? "Flows name it after this." : `Flows name it ${id}.`, "HR system")}
        {text(
          "Address",
          "baseUrl",
          "Paths are joined to it. A connection may say another.",
          "https://api.example.com/v1",
        )}
        {text("Description", "description")}
        {text("Documentation", "docs", undefined, "https://")}
        <Field label="How connections sign in">
          {(f) => (
            <Select
              {...f}
              value={kind}
              choices={ways}
              onChange={(e) => set({ auth: { kind: e.target.value as Way["kind"] } })}
            />
          )}
        </Field>
        {kind === "api_key" && part("Header", "header", "Authorization if left out.")}
        {kind === "api_key" && part("Before the key", "prefix", "Such as Token, and a blank.")}
        {kind === "api_key_query" && part("Parameter", "param")}
        {oauth && part("Token URL", "tokenUrl")}
        {kind === "oauth2_authorization_code" && part("Authorization URL", "authorizeUrl")}
        {oauth && (
          <Field label="Scopes" help="With blanks between them.">
            {(f) => (
              <Input
                {...f}
                value={(d.auth.scopes ?? []).join(" ")}
                onChange={(e) => sign({ scopes: e.target.value.split(/\s+/).filter(Boolean) })}
              />
            )}
          </Field>
        )}
        {readers.length > 0 && (
          <Field label="Connections are tested by" help="An action that only reads, and wants no inputs.">
            {(f) => (
              <Select
                {...f}
                value={d.test ?? ""}
                choices={[
                  { value: "", label: "Nothing" },
                  ...readers.map((c) => ({ value: c.id, label: c.title || c.id })),
                ]}
                onChange={(e) => set({ test: e.target.value || undefined })}
              />
            )}
          </Field>
        )}
      </div>
    </Section>
  );
}
