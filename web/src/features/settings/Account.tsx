import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Facts, Page, PageHeader, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { minPassword, passwordProblem } from "../session/password.ts";
import { useSession } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { agentWords } from "./agent.ts";
import { roleNames } from "./members.ts";

/** The viewer's own account. */
export function Account() {
  const { account, organization, roles } = useSession();
  return (
    <Page narrow>
      <PageHeader title="My account" above={<Above />} />
      <div className="flex flex-col gap-8">
        <Facts
          items={[
            ["Name", account.name],
            ["E-mail", account.email],
            ["Organization", organization.name],
            ["Roles", roleNames(roles)],
          ]}
        />
        <Section title="Where you are signed in">
          <Sessions />
        </Section>
        <Section title="Change the password">
          <Password email={account.email} />
        </Section>
      </div>
    </Page>
  );
}

function Sessions() {
  const sessions = useQuery(read("/api/v1/sessions", {}));
  const end = useMutation({
    mutationFn: (s: components["schemas"]["SessionEntry"]) =>
      call("delete", "/api/v1/sessions/{id}", { path: { id: s.id } }),
    onSuccess: () => {
      void stale("/api/v1/sessions");
      toast({ title: "Signed out there" });
    },
    onError: (e) => toast({ tone: "bad", title: "Still signed in there", detail: e.message }),
  });
  if (sessions.isError)
    return (
      <Failed what="Your sessions could not be read." error={sessions.error} onRetry={() => void sessions.refetch()} />
    );
  if (!sessions.data) return <SkeletonLines lines={3} />;
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {sessions.data.map((s) => (
        <li key={s.id} className="flex items-center gap-3 px-3.5 py-2.5">
          <div className="min-w-0 flex-1">
            <div className="flex items-center gap-2">
              <span className="truncate font-medium" title={s.agent}>
                {agentWords(s.agent)}
              </span>
              {s.current && <Tag tone="live">this one</Tag>}
            </div>
            <div className="text-sm text-muted">
              {s.addr}, signed in by {s.method} <Time at={s.createdAt} />, last seen <Time at={s.seenAt} />
            </div>
          </div>
          {!s.current && (
            <Button size="sm" busy={end.isPending && end.variables.id === s.id} onClick={() => end.mutate(s)}>
              Sign out
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Password({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => call("put", "/api/v1/session/password", { body: { current, password } }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      void stale("/api/v1/sessions");
      toast({ title: "The password is changed", detail: "Everywhere else you are signed out." });
    },
  });
  const failure = change.error instanceof Failure ? change.error : undefined;
  const problem = passwordProblem(password, email);
  return (
    <form
      className="flex max-w-sm flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        change.mutate();
      }}
    >
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field label="Current password" error={failure?.forField("current")}>
        {(f) => (
          <Input
            {...f}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(e) => setCurrent(e.target.value)}
          />
        )}
      </Field>
      <Field
        label="New password"
        help={`At least ${minPassword} characters.`}
        error={failure?.forField("password") ?? problem}
      >
        {(f) => (
          <Input
            {...f}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      {failure && !failure.detail?.field && <Failed what="The password was not changed." error={failure} />}
      <div>
        <Button type="submit" busy={change.isPending} disabled={!current || !password || problem !== undefined}>
          Change it
        </Button>
      </div>
    </form>
  );
}
