import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { ValueField } from "../../../kit/ValueField.tsx";
import { missing, problems, type ValueSpec, valuesOf } from "../../../kit/value.ts";
import { Checks } from "../../connections/Checks.tsx";
import { SecretInput } from "../../connections/SecretInput.tsx";
import { type Draft, placeSetting } from "./draft.ts";
import { useMake } from "./useMake.ts";

type Connector = components["schemas"]["Connector"];
type AuthWay = Connector["auth"][number];
type Props = {
  draft: Draft;
  onChange: (d: Draft) => void;
  onBack: () => void;
  onMade: (s: components["schemas"]["SourceDetail"]) => void;
};

/** The third step: how to sign in to the org. Saving tries it out, makes the connection, then the source. */
export function CredentialStep(props: Props) {
  const connectors = useQuery(read("/api/v1/connectors", {}));
  const system = connectors.data?.find((c) => c.id === props.draft.kind);
  if (connectors.isError)
    return (
      <Failed
        what="The ways to sign in could not be read."
        error={connectors.error}
        onRetry={() => void connectors.refetch()}
      />
    );
  if (!system) return <SkeletonLines lines={6} />;
  return <Form {...props} system={system} />;
}

function Form({ draft, onChange, onBack, onMade, system }: Props & { system: Connector }) {
  const way = system.auth.find((a) => a.kind === draft.auth) ?? system.auth[0];
  const settings = (way?.settings ?? []) as ValueSpec[];
  const secrets = way?.secrets ?? [];
  // Once there is a connection, another try of what comes after makes no second one.
  const made = useRef<string>(undefined);
  const make = useMake(draft, onMade);
  const save = useMutation({
    mutationFn: async () => {
      if (!made.current) {
        const c = await call("post", "/api/v1/connections", {
          body: {
            connector: draft.kind,
            name: draft.connectionName.trim(),
            auth: draft.auth,
            settings: { [placeSetting(draft.kind)]: draft.domain.trim(), ...valuesOf(settings, draft.settings) },
            secrets: Object.fromEntries(
              secrets.filter((s) => draft.secrets[s.name]).map((s) => [s.name, draft.secrets[s.name] ?? ""]),
            ),
            test: true,
          },
        });
        made.current = c.id;
      }
      return make.mutateAsync(made.current);
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const checks = failure?.detail?.checks;
  const wrong = problems(settings, draft.settings);
  const ready =
    draft.connectionName.trim() !== "" &&
    Object.keys(wrong).length === 0 &&
    missing(settings, draft.settings).length === 0 &&
    secrets.every((s) => !s.required || draft.secrets[s.name]);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        if (ready && !save.isPending) save.mutate();
      }}
    >
      <Field label="How to sign in" help={way?.help}>
        {(f) => (
          <Select
            {...f}
            value={draft.auth}
            choices={system.auth.map((a) => ({ value: a.kind, label: a.title }))}
            onChange={(e) => onChange({ ...draft, auth: e.target.value as Draft["auth"] })}
          />
        )}
      </Field>
      <Advice way={way} />
      {settings.map((s) => (
        <ValueField
          key={s.name}
          spec={s}
          text={draft.settings[s.name] ?? ""}
          onChange={(t) => onChange({ ...draft, settings: { ...draft.settings, [s.name]: t } })}
          error={failure?.forField(`settings.${s.name}`) ?? wrong[s.name]}
        />
      ))}
      {secrets.map((s) => (
        <SecretInput
          key={s.name}
          field={s}
          set={false}
          value={draft.secrets[s.name] ?? ""}
          onChange={(v) => onChange({ ...draft, secrets: { ...draft.secrets, [s.name]: v } })}
          error={failure?.forField(`secrets.${s.name}`)}
        />
      ))}
      <Field
        label="Name of the connection"
        help="It is kept beside the source: flows may act through it, too."
        error={failure?.forField("name")}
      >
        {(f) => (
          <Input
            {...f}
            value={draft.connectionName}
            maxLength={100}
            onChange={(e) => onChange({ ...draft, connectionName: e.target.value })}
          />
        )}
      </Field>
      {checks && <Checks checks={checks} title="Nothing was saved, because it does not work." />}
      {save.isError && !checks && <Failed what="The source was not added." error={save.error} />}
      <div className="flex gap-2">
        <Button onClick={onBack}>Back</Button>
        <Button look="primary" type="submit" disabled={!ready} busy={save.isPending}>
          {save.isPending ? "Testing" : "Test and add"}
        </Button>
      </div>
    </form>
  );
}

function Advice({ way }: { way?: AuthWay }) {
  if (way?.kind === "api_key")
    return (
      <details>
        <summary className="cursor-pointer text-sm text-muted hover:text-ink">
          How to make a token that can only read
        </summary>
        <ol className="mt-2 flex list-decimal flex-col gap-1 pl-5 text-sm text-muted">
          <li>Directory, People, Add person: an account for Sallyport alone.</li>
          <li>Security, Administrators, Add administrator: give it Read-Only Administrator.</li>
          <li>Sign in as that account, then Security, API, Tokens, Create token. Copy it: Okta shows it once.</li>
        </ol>
      </details>
    );
  if (way && way.scopes.length > 0) return <p className="text-xs text-faint">It asks for: {way.scopes.join(" ")}</p>;
  return null;
}
