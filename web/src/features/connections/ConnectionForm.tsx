import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { ValueField } from "../../kit/ValueField.tsx";
import { initial, missing, problems, type ValueSpec, valuesOf } from "../../kit/value.ts";
import { takeOver } from "../connectors/handover.ts";
import { Checks } from "./Checks.tsx";
import { Redirect } from "./Redirect.tsx";
import { SecretInput } from "./SecretInput.tsx";
import { useSignIn } from "./useSignIn.ts";

type Connector = components["schemas"]["Connector"];
type Connection = components["schemas"]["Connection"];
type AuthKind = components["schemas"]["AuthKind"];

type Props = { connector: Connector; connection?: Connection; onClose: () => void; onBack?: () => void };

/** Adds a connection, or changes one. It is tested before it is kept. */
export function ConnectionForm({ connector, connection, onClose, onBack }: Props) {
  const navigate = useNavigate();
  const [name, setName] = useState(connection?.name ?? connector.title);
  const [auth, setAuth] = useState<AuthKind>(connection?.auth ?? connector.auth[0]?.kind ?? "none");
  const way = connector.auth.find((a) => a.kind === auth);
  const settings = [...connector.settings, ...(way?.settings ?? [])] as ValueSpec[];
  const secrets = [...connector.secrets, ...(way?.secrets ?? [])];
  const [texts, setTexts] = useState(() => initial(allSettings(connector), connection?.settings));
  const [entered, setEntered] = useState<Record<string, string>>(() => takeOver(connector.id));
  const known = (n: string) => connection?.auth === auth && connection.secrets.find((s) => s.name === n)?.set;
  const signIn = useSignIn();
  const wantsSignIn = auth === "oauth2_authorization_code" && !connection?.signedIn;
  const save = useMutation({
    mutationFn: (test: boolean) => {
      const chosen = valuesOf(settings, texts);
      const body = { name: name.trim(), auth, secrets: pick(entered, secrets), test };
      if (!connection)
        return call("post", "/api/v1/connections", { body: { ...body, connector: connector.id, settings: chosen } });
      const all = Object.fromEntries(settings.map((s) => [s.name, chosen[s.name] ?? null]));
      return call("patch", "/api/v1/connections/{id}", {
        path: { id: connection.id },
        body: { ...body, settings: all },
      });
    },
    onSuccess: (c) => {
      void stale("/api/v1/connections", "/api/v1/connections/{id}", "/api/v1/overview", "/api/v1/flows/{id}");
      onClose();
      if (!connection) void navigate({ to: "/connections/$id", params: { id: c.id } });
      if (wantsSignIn && !c.signedIn) return signIn.mutate(c.id);
      toast({
        title: connection ? "Saved" : `${c.name} is connected`,
        detail: c.state === "untested" ? "It was not tested." : "It was tested, and works.",
      });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const checks = failure?.detail?.checks;
  const field = failure?.detail?.field;
  const wrong = problems(settings, texts);
  const ready =
    name.trim() !== "" &&
    Object.keys(wrong).length === 0 &&
    missing(settings, texts).length === 0 &&
    secrets.every((s) => !s.required || entered[s.name] || known(s.name));
  const errorOf = (kind: string, n: string) => (field === `${kind}.${n}` ? failure?.message : undefined);
  const further = settings.filter((s) => !s.required);
  const setting = (s: ValueSpec) => (
    <ValueField
      key={s.name}
      spec={s}
      text={texts[s.name] ?? ""}
      onChange={(t) => setTexts({ ...texts, [s.name]: t })}
      error={errorOf("settings", s.name) ?? wrong[s.name]}
    />
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={connection ? `Change ${connection.name}` : `Connect ${connector.title}`}
      intro={connector.description}
      footer={
        <>
          {onBack && (
            <Button look="quiet" className="mr-auto" onClick={onBack}>
              Another system
            </Button>
          )}
          {checks && (
            <Button busy={save.isPending && !save.variables} onClick={() => save.mutate(false)}>
              Save all the same
            </Button>
          )}
          <Button
            look="primary"
            disabled={!ready}
            busy={save.isPending && save.variables}
            onClick={() => save.mutate(true)}
          >
            {wantsSignIn ? "Save and sign in" : save.isPending && save.variables ? "Testing" : "Test and save"}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready && !save.isPending) save.mutate(true);
        }}
      >
        <Field label="Name" help="By which flows and people know it." error={failure?.forField("name")}>
          {(f) => <Input {...f} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        {connector.auth.length > 1 && (
          <Field label="How to sign in" help={way?.help}>
            {(f) => (
              <Select
                {...f}
                value={auth}
                choices={connector.auth.map((a) => ({ value: a.kind, label: a.title }))}
                onChange={(e) => setAuth(e.target.value as AuthKind)}
              />
            )}
          </Field>
        )}
        {settings.filter((s) => s.required).map(setting)}
        {secrets.map((s) => (
          <SecretInput
            key={s.name}
            field={s}
            changedAt={known(s.name) ? connection?.secrets.find((x) => x.name === s.name)?.changedAt : undefined}
            set={known(s.name) === true}
            value={entered[s.name] ?? ""}
            onChange={(v) => setEntered({ ...entered, [s.name]: v })}
            error={errorOf("secrets", s.name)}
          />
        ))}
        {way?.redirect && <Redirect url={way.redirect} />}
        {way && way.scopes.length > 0 && <p className="text-xs text-faint">It asks for: {way.scopes.join(" ")}</p>}
        {further.length > 0 && (
          <details open={further.some((s) => wrong[s.name] || field === `settings.${s.name}`) || undefined}>
            <summary className="cursor-pointer text-sm text-muted hover:text-ink">
              {further.length === 1 ? "One more setting" : `${further.length} more settings`}:{" "}
              {further.map((s) => s.title).join(", ")}
            </summary>
            <div className="mt-3 flex flex-col gap-4">{further.map(setting)}</div>
          </details>
        )}
        {checks && <Checks checks={checks} title="It was not saved, because it does not work." />}
        {save.isError && !checks && !field && <Failed what="The connection was not saved." error={save.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function allSettings(c: Connector): ValueSpec[] {
  return [...c.settings, ...c.auth.flatMap((a) => a.settings)] as ValueSpec[];
}

/** Only what was entered is sent; what is left empty stays as it was. */
function pick(entered: Record<string, string>, fields: { name: string }[]): Record<string, string> {
  return Object.fromEntries(fields.filter((f) => entered[f.name]).map((f) => [f.name, entered[f.name] ?? ""]));
}
