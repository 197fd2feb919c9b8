import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { stale } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Field, Input, Textarea } from "../../../kit/Field.tsx";
import { Panel } from "../../../kit/Page.tsx";
import { Checks } from "../../connections/Checks.tsx";
import { SecretInput } from "../../connections/SecretInput.tsx";
import { DomainField } from "./DomainField.tsx";
import { nameFor } from "./ways.ts";

type Props = { way: "token" | "integration"; onConnected: (connection: string) => void };

/** A credential that there is already. It is tried out before it is kept. */
export function CredentialForm({ way, onConnected }: Props) {
  const [domain, setDomain] = useState("");
  const [name, setName] = useState<string>();
  const [client, setClient] = useState("");
  const [scopes, setScopes] = useState("");
  const [secret, setSecret] = useState("");
  const token = way === "token";
  const words = scopes.split(/[\s,]+/).filter(Boolean);
  const save = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/connections", {
        body: {
          connector: "okta",
          name: (name ?? nameFor(domain)).trim(),
          auth: token ? "api_key" : "oauth2_client_credentials",
          settings: token ? { domain } : { domain, client_id: client.trim(), scopes: words.join(" ") },
          secrets: token ? { api_key: secret.trim() } : { client_secret: secret.trim() },
        },
      }),
    onSuccess: (c) => {
      void stale("/api/v1/connections", "/api/v1/overview");
      onConnected(c.id);
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const checks = failure?.detail?.checks;
  const field = failure?.detail?.field;
  const ofDomain = field === "settings" || field === "settings.domain" ? failure?.message : undefined;
  const ready = domain.trim() && secret.trim() && (token || (client.trim() && words.length > 0));
  return (
    <Panel className="p-4">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready && !save.isPending) save.mutate();
        }}
      >
        <DomainField value={domain} onChange={setDomain} error={ofDomain} />
        {!token && (
          <>
            <Field label="Client ID" required>
              {(f) => (
                <Input
                  {...f}
                  value={client}
                  spellCheck={false}
                  autoComplete="off"
                  onChange={(e) => setClient(e.target.value)}
                />
              )}
            </Field>
            <Field label="Scopes" required help="Those that were approved, separated by blanks.">
              {(f) => (
                <Textarea
                  {...f}
                  value={scopes}
                  spellCheck={false}
                  placeholder="okta.users.read okta.groups.read okta.logs.read"
                  onChange={(e) => setScopes(e.target.value)}
                  className="font-mono text-xs"
                />
              )}
            </Field>
          </>
        )}
        <SecretInput
          field={{
            title: token ? "API token" : "Client secret",
            help: "It is kept sealed, and never shown again.",
            required: true,
            long: false,
          }}
          set={false}
          value={secret}
          onChange={setSecret}
          error={field === "secrets" ? failure?.message : undefined}
        />
        <Field label="Name of the connection" error={failure?.forField("name")}>
          {(f) => (
            <Input {...f} value={name ?? nameFor(domain)} maxLength={100} onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        {checks && <Checks checks={checks} title="It was not kept, because it does not work." />}
        {save.isError && !checks && !ofDomain && !failure?.forField("name") && (
          <Failed what="The org was not connected." error={save.error} />
        )}
        <div>
          <Button type="submit" look="primary" disabled={!ready} busy={save.isPending}>
            {save.isPending ? "Testing" : "Test and save"}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
