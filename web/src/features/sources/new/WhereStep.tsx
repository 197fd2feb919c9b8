import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { useCan } from "../../session/session.ts";
import { placeOf } from "../methods.ts";
import { connectionName, type Draft, placeSetting } from "./draft.ts";
import { useMake } from "./useMake.ts";

type Props = {
  draft: Draft;
  onChange: (d: Draft) => void;
  onBack: () => void;
  onNext: () => void;
  onMade: (s: components["schemas"]["SourceDetail"]) => void;
};

const clouds: Record<components["schemas"]["Domain"]["cloud"], string> = {
  okta: "an org on okta.com",
  oktapreview: "a preview org",
  "okta-emea": "an org on okta-emea.com",
  "okta-gov": "an org in Okta's government cloud",
  custom: "a custom domain",
  sandbox: "a sandbox on this machine",
};

/** The second step: which org, through a connection that there is or a new one. */
export function WhereStep({ draft, onChange, onBack, onNext, onMade }: Props) {
  const mayConnect = useCan("connections:write");
  const connections = useQuery(read("/api/v1/connections", {}));
  const orgs = connections.data?.filter((c) => c.connector.id === draft.kind) ?? [];
  useOnlyOne(orgs, draft, onChange);
  const make = useMake(draft, onMade);
  const failure = make.error instanceof Failure ? make.error : undefined;
  const okta = draft.kind === "okta";
  const domain = useDomain(draft.connection || !okta ? "" : draft.domain);
  const understood = okta
    ? domain.data !== undefined && !domain.pending
    : /^https?:\/\/[^/?#@\s]+/.test(draft.domain.trim());
  const ready = draft.connection !== "" || (mayConnect && understood);
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(e) => {
        e.preventDefault();
        if (!ready) return;
        if (draft.connection) return make.mutate(draft.connection);
        const url = okta ? domain.data?.url : draft.domain.trim();
        if (url && !draft.connectionName) onChange({ ...draft, connectionName: connectionName(url, draft.kind) });
        onNext();
      }}
    >
      {connections.isPending && <SkeletonLines lines={3} />}
      {orgs.length > 0 && (
        <fieldset>
          <legend className="mb-1 text-sm font-medium">{placeOf(draft.kind)}</legend>
          <div className="divide-y rounded-lg border bg-surface">
            {orgs.map((c) => (
              <Pick
                key={c.id}
                on={draft.connection === c.id}
                onPick={() => onChange({ ...draft, connection: c.id })}
                title={c.name}
                text={String(c.settings[placeSetting(draft.kind)] ?? "")}
              />
            ))}
            {mayConnect && (
              <Pick
                on={draft.connection === ""}
                onPick={() => onChange({ ...draft, connection: "" })}
                title={okta ? "Another org, or another credential" : "Another tenant, or another credential"}
                text="Its connection is made on the way."
              />
            )}
          </div>
        </fieldset>
      )}
      {draft.connection === "" && mayConnect && (
        <Field
          label={okta ? "Okta domain" : "Tenant"}
          required
          error={domain.error}
          help={okta ? <Understood {...domain} /> : "As https://acme.eu.auth0.com. Not a custom domain."}
        >
          {(f) => (
            <Input
              {...f}
              autoFocus
              value={draft.domain}
              maxLength={300}
              placeholder={okta ? "exampledomain" : "https://exampletenant.eu.auth0.com"}
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              onChange={(e) => onChange({ ...draft, domain: e.target.value, connectionName: "" })}
            />
          )}
        </Field>
      )}
      {connections.data && orgs.length === 0 && !mayConnect && (
        <p className="rounded-lg border bg-surface px-3 py-3 text-muted">
          No {placeOf(draft.kind)} is connected, and connecting one is an administrator's to do. Ask one, then come
          back.
        </p>
      )}
      {make.isError && (
        <Failed
          what={`The source was not added.${failure?.detail?.field === "connection" ? " Its connection was tried out." : ""}`}
          error={make.error}
        />
      )}
      <div className="flex gap-2">
        <Button onClick={onBack}>Back</Button>
        <Button look="primary" type="submit" disabled={!ready} busy={make.isPending}>
          {draft.connection ? (make.isPending ? "Testing" : "Test and add") : "Next"}
        </Button>
      </div>
    </form>
  );
}

/** Where one is connected alone it is meant, unless something else was said already. */
function useOnlyOne(orgs: { id: string }[], draft: Draft, onChange: (d: Draft) => void) {
  const said = useRef(draft.connection !== "" || draft.domain !== "");
  const only = orgs.length === 1 ? orgs[0]?.id : undefined;
  useEffect(() => {
    if (said.current || !only) return;
    said.current = true;
    onChange({ ...draft, connection: only });
  }, [only, draft, onChange]);
}

function Pick({ on, onPick, title, text }: { on: boolean; onPick: () => void; title: string; text: string }) {
  return (
    <label className={clsx("flex cursor-pointer items-start gap-2.5 px-3 py-2 hover:bg-hover", on && "bg-accent-soft")}>
      <input type="radio" name="org" checked={on} onChange={onPick} className="mt-1 accent-accent-fill" />
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        <span className="block text-sm wrap-anywhere text-muted">{text}</span>
      </span>
    </label>
  );
}

type Read = { data?: components["schemas"]["Domain"]; error?: string; pending: boolean };

function Understood({ data, pending }: Read) {
  if (!data || pending)
    return "As exampledomain. A full address, the Admin Console's, or a custom domain will do as well.";
  return (
    <span role="status">
      <span className="text-ink">{data.url}</span>: {clouds[data.cloud]}
    </span>
  );
}

/** How the server reads what was typed, a moment after. */
function useDomain(typed: string): Read {
  const text = useDeferredValue(typed.trim());
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ["okta-domain", asked],
    queryFn: ({ signal }) => call("post", "/api/v1/okta/domain", { body: { domain: asked }, signal }),
    enabled: asked !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const current = asked === typed.trim() && asked !== "";
  return {
    data: current ? found.data : undefined,
    error: current && found.error ? found.error.message : undefined,
    pending: !current || found.isPending,
  };
}
