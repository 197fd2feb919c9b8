import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read, stale } from "../../../api/query.ts";
import { Button, buttonClass } from "../../../kit/Button.tsx";
import { Panel, Section } from "../../../kit/Page.tsx";
import { Time } from "../../../kit/Time.tsx";
import { counted } from "../../../kit/time.ts";
import { useCan } from "../../session/session.ts";
import { countWords } from "../coverage.ts";
import { aboutKind, type Kind } from "../kinds.ts";
import { SyncProgress, SyncState } from "../SyncProgress.tsx";
import { type Sync, useFreshAfter } from "../tenant.ts";

/** The last step: the org is read through a connection, and then it is there. */
export function Reading({ connection }: { connection: string }) {
  const mayRead = useCan("inventory:read");
  const may = useCan("inventory:write");
  const tenants = useQuery({ ...read("/api/v1/tenants", {}), enabled: mayRead });
  const tenant = tenants.data?.find((t) => t.connection.id === connection);
  const begin = useMutation({
    mutationFn: () => call("post", "/api/v1/tenants", { body: { connection } }),
    onSuccess: () => void stale("/api/v1/tenants", "/api/v1/tenants/{id}"),
  });
  const sync = tenant?.sync;
  useFreshAfter(sync);
  return (
    <Section title="Read the org">
      <div className="flex flex-col gap-3">
        {tenants.isError && (
          <Failed
            what="It could not be read how far the org is."
            error={tenants.error}
            onRetry={() => void tenants.refetch()}
            retrying={tenants.isRefetching}
          />
        )}
        <SyncProgress sync={sync} />
        {tenant && sync?.state === "done" && <Known tenant={tenant.id} sync={sync} again={may ? begin : undefined} />}
        {(!sync || sync.state === "failed") && mayRead && tenants.data && (
          <Panel className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
            <p className="min-w-0 flex-1 basis-64 text-muted">
              People, groups, apps, roles and policies are read, and nothing is changed. It takes minutes, longer for
              large orgs, and keeps well below Okta's rate limits.
            </p>
            {may ? (
              <Button look="primary" busy={begin.isPending} onClick={() => begin.mutate()}>
                {sync ? "Read it again" : "Read this org"}
              </Button>
            ) : (
              <p className="text-sm text-muted">Somebody who may have orgs read begins it.</p>
            )}
          </Panel>
        )}
        {begin.isError && <Failed what="The org is not being read." error={begin.error} />}
      </div>
    </Section>
  );
}

const figures: Kind[] = ["user", "group", "app", "policy"];

/** An org that was read to the end, and the way on. */
function Known({
  tenant,
  sync,
  again,
}: {
  tenant: string;
  sync: Sync;
  again?: { mutate: () => void; isPending: boolean };
}) {
  const detail = useQuery(read("/api/v1/tenants/{id}", { path: { id: tenant } }));
  const of = (kind: Kind) => countWords(detail.data?.collections.find((c) => c.name === kind));
  return (
    <Panel className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <SyncState sync={sync} />
        <p className="mt-1 text-muted">
          {detail.data && `${figures.map((k) => `${of(k)} ${aboutKind(k).many.toLowerCase()}`).join(", ")}. `}
          It took {counted(sync.calls, "request")}, <Time at={sync.endedAt ?? sync.startedAt} />. It is kept up to date
          from now on.
        </p>
      </div>
      <Link
        to="/visibility/$id"
        params={{ id: tenant }}
        search={{ tab: "inventory" }}
        className={buttonClass("primary")}
      >
        Look at the inventory
      </Link>
      <Link to="/access" search={{ tenant }} className={buttonClass()}>
        Who can become an administrator
      </Link>
      {again && (
        <Button look="quiet" busy={again.isPending} onClick={() => again.mutate()}>
          Read it again
        </Button>
      )}
    </Panel>
  );
}
