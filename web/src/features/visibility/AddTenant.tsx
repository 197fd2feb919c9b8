import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { ConnectionStateMark } from "../connections/connectionState.tsx";
import { useCan } from "../session/session.ts";
import type { Tenant } from "./tenant.ts";

/** The connections to Okta orgs, or Auth0 tenants, that nothing is read through yet. */
export function useUnread(tenants: Tenant[] | undefined, provider: Tenant["provider"] = "okta") {
  const may = useCan("connections:read");
  const connections = useQuery({ ...read("/api/v1/connections", {}), enabled: may });
  const used = new Set(tenants?.map((t) => t.connection.id));
  return connections.data?.filter((c) => c.connector.id === provider && !used.has(c.id)) ?? [];
}

/** What is connected already, and has only to be read. */
export function AddTenant({
  connections,
  provider = "okta",
}: {
  connections: ReturnType<typeof useUnread>;
  provider?: Tenant["provider"];
}) {
  const one = provider === "auth0" ? "tenant" : "org";
  const navigate = useNavigate();
  const may = useCan("inventory:write");
  const begin = useMutation({
    mutationFn: (connection: string) => call("post", "/api/v1/tenants", { body: { connection } }),
    onSuccess: (t) => {
      void stale("/api/v1/tenants", "/api/v1/tenants/{id}");
      void navigate({ to: "/visibility/$id", params: { id: t.id } });
    },
  });
  if (connections.length === 0 || !may) return null;
  return (
    <Section title={provider === "auth0" ? "Auth0, connected and not read yet" : "Connected, and not read yet"}>
      <Panel>
        <ul className="divide-y">
          {connections.map((c) => (
            <li key={c.id} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-3 py-2">
              <span className="min-w-0 flex-1 basis-48 font-medium wrap-anywhere">{c.name}</span>
              <ConnectionStateMark connection={c} />
              <Button
                look="primary"
                size="sm"
                busy={begin.isPending && begin.variables === c.id}
                disabled={begin.isPending && begin.variables !== c.id}
                aria-label={`Read the ${one} of ${c.name}`}
                onClick={() => begin.mutate(c.id)}
              >
                Read this {one}
              </Button>
            </li>
          ))}
        </ul>
      </Panel>
      {begin.isError && (
        <div className="mt-3">
          <Failed what={`The ${one} is not being read.`} error={begin.error} />
        </div>
      )}
    </Section>
  );
}
