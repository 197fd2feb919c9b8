import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pencil, PlugZap } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import { Checks } from "./Checks.tsx";
import { ConnectionForm } from "./ConnectionForm.tsx";
import { ConnectorActions } from "./ConnectorActions.tsx";
import { ConnectionStateMark } from "./connectionState.tsx";
import { DeleteConnection } from "./DeleteConnection.tsx";
import { SignIn } from "./SignIn.tsx";

type Connection = components["schemas"]["Connection"];

const route = getRouteApi("/inside/connections/$id");

/** A connection: whether it works, what it is set up with, who uses it. */
export function ConnectionPage() {
  const { id } = route.useParams();
  const connection = useQuery(read("/api/v1/connections/{id}", { path: { id } }));
  const c = connection.data;
  const above = (
    <Link to="/connections" className="hover:underline">
      Connections
    </Link>
  );
  if (!c) return <Unread query={connection} what="connection" above={above} />;
  return <Loaded connection={c} above={above} />;
}

function Loaded({ connection: c, above }: { connection: Connection; above: React.ReactNode }) {
  const can = useCan("connections:write");
  const [changing, setChanging] = useState(false);
  const connector = useQuery(read("/api/v1/connectors/{id}", { path: { id: c.connector.id } }));
  const test = useMutation({
    mutationFn: () => call("post", "/api/v1/connections/{id}/test", { path: { id: c.id } }),
    onSettled: () => void stale("/api/v1/connections", "/api/v1/connections/{id}", "/api/v1/overview"),
  });
  const way = connector.data?.auth.find((a) => a.kind === c.auth);
  const bySignIn = c.auth === "oauth2_authorization_code";
  const title = (name: string) =>
    [...(connector.data?.settings ?? []), ...(connector.data?.auth.flatMap((a) => a.settings) ?? [])].find(
      (s) => s.name === name,
    )?.title ?? name;
  return (
    <Page narrow>
      <PageHeader
        title={c.name}
        above={above}
        mark={<ConnectionStateMark connection={c} />}
        lead={
          <>
            {c.connector.name || c.connector.id}
            {c.checkedAt && (
              <>
                , tested <Time at={c.checkedAt} />
              </>
            )}
          </>
        }
        actions={
          can && (
            <>
              <Button icon={<PlugZap size={14} />} busy={test.isPending} onClick={() => test.mutate()}>
                Test
              </Button>
              <Button icon={<Pencil size={14} />} disabled={!connector.data} onClick={() => setChanging(true)}>
                Change
              </Button>
            </>
          )
        }
      />
      <div className="flex flex-col gap-6">
        {c.state === "failed" && !test.data && (
          <Note
            tone="bad"
            title={bySignIn ? "It does not work: signing in again may help" : "It did not work when it was last tested"}
          >
            {c.error}
          </Note>
        )}
        {test.data && (
          <Checks checks={test.data.checks} title={test.data.state === "ok" ? "It works." : "It does not work."} />
        )}
        {test.isError && <Failed what="The connection could not be tested." error={test.error} />}
        {bySignIn && <SignIn connection={c} redirect={way?.redirect} can={can} />}
        <Section title="Set up with">
          <Facts
            items={[
              ["Signs in by", way?.title ?? c.auth],
              ...Object.entries(c.settings).map(([k, v]): [string, React.ReactNode] => [
                title(k),
                <span key={k}>{shownSetting(v)}</span>,
              ]),
              ...Object.entries(c.learned).map(([k, v]): [string, React.ReactNode] => [
                title(k),
                <span key={k}>
                  {shownSetting(v)} <span className="text-faint">found out</span>
                </span>,
              ]),
              ...c.secrets.map((s): [string, React.ReactNode] => [s.title, <SecretState key={s.name} secret={s} />]),
            ]}
          />
        </Section>
        <Section title="Used by">
          {c.flows.length + c.sources.length === 0 && <p className="text-muted">Nothing uses it.</p>}
          <ul className="flex flex-col gap-1">
            {c.flows.map((f) => (
              <li key={f.id}>
                <Link to="/flows/$id" params={{ id: f.id }} className="text-accent hover:underline">
                  {f.name}
                </Link>
              </li>
            ))}
            {c.sources.map((s) => (
              <li key={s.id}>
                <Link to="/sources/$id" params={{ id: s.id }} className="text-accent hover:underline">
                  {s.name}
                </Link>{" "}
                <span className="text-faint">event source</span>
              </li>
            ))}
          </ul>
        </Section>
        {connector.data && <ConnectorActions connector={connector.data} />}
        {can && <DeleteConnection connection={c} />}
      </div>
      {changing && connector.data && (
        <ConnectionForm connector={connector.data} connection={c} onClose={() => setChanging(false)} />
      )}
    </Page>
  );
}

function SecretState({ secret: s }: { secret: components["schemas"]["SecretField"] }) {
  if (!s.set) return <span className="text-faint">not set</span>;
  return (
    <span className="text-muted">
      set
      {s.changedAt && (
        <>
          , last changed <Time at={s.changedAt} />
        </>
      )}
    </span>
  );
}

function shownSetting(v: unknown): string {
  return typeof v === "string" ? v : JSON.stringify(v);
}
