import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { FileDrop } from "./FileDrop.tsx";
import { HookPanel } from "./HookPanel.tsx";
import { MethodChoice } from "./MethodChoice.tsx";
import { categories, type Method, placeOf, waysOf } from "./methods.ts";
import { RotateDialog } from "./RotateDialog.tsx";
import { StreamPanel } from "./StreamPanel.tsx";

type Source = components["schemas"]["Source"];

/** What a source is set up with. */
export function SourceSettings({ source: s }: { source: Source }) {
  const can = useCan("sources:write");
  const [secrets, setSecrets] = useState<{ hook?: string; token?: string }>({});
  return (
    <div className="flex max-w-3xl flex-col gap-6">
      {can && <EditSource key={s.id} source={s} onSecrets={setSecrets} />}
      <Secrets source={s} can={can} />
      {s.hook && <HookPanel source={s} secret={secrets.hook} />}
      {s.stream && <StreamPanel stream={s.stream} token={secrets.token} />}
      {s.file && can && <FileDrop id={s.id} />}
    </div>
  );
}

function EditSource({
  source: s,
  onSecrets,
}: {
  source: Source;
  onSecrets: (x: { hook?: string; token?: string }) => void;
}) {
  const connections = useQuery(read("/api/v1/connections", {}));
  const orgs = connections.data?.filter((c) => c.connector.id === s.kind) ?? [];
  const [name, setName] = useState(s.name);
  const [category, setCategory] = useState(s.category);
  const [connection, setConnection] = useState(s.connection?.id ?? "");
  const [ways, setWays] = useState<ReadonlySet<Method>>(() => new Set(waysOf(s)));
  const save = useMutation({
    mutationFn: () =>
      call("patch", "/api/v1/sources/{id}", {
        path: { id: s.id },
        body: {
          name: name.trim(),
          category,
          connection,
          poll: ways.has("poll"),
          hook: ways.has("hook"),
          stream: ways.has("stream"),
          file: ways.has("file"),
        },
      }),
    onSuccess: (after) => {
      onSecrets({ hook: after.hook?.secret, token: after.stream?.token });
      void stale("/api/v1/sources", "/api/v1/sources/{id}", "/api/v1/overview");
      toast({ title: "Saved" });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const same =
    name.trim() === s.name &&
    category === s.category &&
    connection === (s.connection?.id ?? "") &&
    waysOf(s).length === ways.size &&
    waysOf(s).every((w) => ways.has(w));
  return (
    <Section title="Settings">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" error={failure?.forField("name")}>
            {(f) => <Input {...f} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <Field label="Category">
            {(f) => (
              <Select
                {...f}
                value={category}
                choices={categories}
                onChange={(e) => setCategory(e.target.value as Source["category"])}
              />
            )}
          </Field>
        </div>
        <Field
          label={s.kind === "auth0" ? "Connection to Auth0" : "Connection to Okta"}
          error={failure?.forField("connection")}
          help={
            s.connection ? (
              <>
                Its domain and credential are changed on{" "}
                <Link to="/connections/$id" params={{ id: s.connection.id }} className="text-accent underline">
                  its own page
                </Link>
                .
              </>
            ) : (
              `Polling, and looking at the ${placeOf(s.kind)}, want one.`
            )
          }
        >
          {(f) => (
            <Select
              {...f}
              value={connection}
              choices={[{ value: "", label: "none" }, ...orgs.map((c) => ({ value: c.id, label: c.name }))]}
              onChange={(e) => setConnection(e.target.value)}
            />
          )}
        </Field>
        <MethodChoice
          kind={s.kind}
          chosen={ways}
          onChange={setWays}
          error={failure?.forField("poll") ?? failure?.forField("hook")}
        />
        {save.isError && !failure?.detail?.field && <Failed what="The source was not changed." error={save.error} />}
        <div>
          <Button
            look="primary"
            type="submit"
            disabled={same || name.trim() === "" || ways.size === 0}
            busy={save.isPending}
          >
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Secrets({ source: s, can }: { source: Source; can: boolean }) {
  const [rotating, setRotating] = useState<"secret" | "token">();
  const rows: { what: "secret" | "token"; title: string; holds?: string }[] = [];
  if (s.hook)
    rows.push({
      what: "secret",
      title: s.kind === "auth0" ? "Secret of the log stream" : "Secret of the event hook",
      holds: s.hook.oldHoldsTo,
    });
  if (s.stream)
    rows.push({
      what: "token",
      title: s.kind === "auth0" ? "Token of the Splunk log stream" : "Token of the log stream",
      holds: s.stream.oldHoldsTo,
    });
  if (rows.length === 0) return null;
  return (
    <Section title="Secrets">
      <Panel>
        <ul className="divide-y">
          {rows.map((r) => (
            <li key={r.what} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
              <KeyRound size={15} aria-hidden className="text-faint" />
              <span className="min-w-0 flex-1">
                {r.title}
                {r.holds && (
                  <span className="block text-sm text-warn">
                    The old one is taken until <Time at={r.holds} exact />
                  </span>
                )}
              </span>
              {can && (
                <Button size="sm" onClick={() => setRotating(r.what)}>
                  Rotate
                </Button>
              )}
            </li>
          ))}
          {s.connection && (
            <li className="flex items-center gap-3 px-3 py-2">
              <KeyRound size={15} aria-hidden className="text-faint" />
              <span className="min-w-0 flex-1">
                Credential of {s.connection.name}
                <span className="block text-sm text-muted">
                  A new one is tried out before it takes the old one's place.
                </span>
              </span>
              <Link
                to="/connections/$id"
                params={{ id: s.connection.id }}
                className="text-sm text-accent hover:underline"
              >
                Change it there
              </Link>
            </li>
          )}
        </ul>
      </Panel>
      {rotating && <RotateDialog source={s} what={rotating} onClose={() => setRotating(undefined)} />}
    </Section>
  );
}
