import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import { ChangeList } from "./ChangeList.tsx";
import { Compare } from "./Compare.tsx";
import { Inventory } from "./Inventory.tsx";
import { SyncState } from "./SyncProgress.tsx";
import { TenantOverview } from "./TenantOverview.tsx";
import { hostOf, type TenantDetail, titleOf, useFreshAfter, useReadNow } from "./tenant.ts";

const route = getRouteApi("/inside/visibility/$id");

const ids = ["overview", "inventory", "changes", "auth0"];

/** An Okta org, or an Auth0 tenant: what there is and how much of it is seen, the things themselves, and what changed. */
export function TenantPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const tenant = useQuery(read("/api/v1/tenants/{id}", { path: { id } }));
  const t = tenant.data;
  useFreshAfter(t?.sync);
  const auth0 = useQuery(read("/api/v1/tenants", { query: { provider: "auth0" } }));
  const above = (
    <Link to="/visibility" className="hover:underline">
      Orgs
    </Link>
  );
  if (!t) return <Unread query={tenant} what="org" above={above} />;
  return (
    <Page>
      <PageHeader
        title={titleOf(t)}
        above={above}
        mark={<SyncState sync={t.sync} />}
        lead={
          <>
            {hostOf(t)}, through{" "}
            {t.connection.name ? (
              <Link to="/connections/$id" params={{ id: t.connection.id }} className="hover:underline">
                {t.connection.name}
              </Link>
            ) : (
              "a connection that is gone"
            )}
            {t.sync?.endedAt && (
              <>
                ; last read <Time at={t.sync.endedAt} />
              </>
            )}
          </>
        }
        actions={<ReadNow tenant={t} />}
      />
      <Tabs
        label="Parts of the org"
        value={tab && ids.includes(tab) ? tab : "overview"}
        onChange={(to) => void navigate({ search: { tab: to === "overview" ? undefined : to }, replace: true })}
        tabs={[
          { id: "overview", label: "Overview", content: <TenantOverview tenant={t} /> },
          { id: "inventory", label: "Inventory", content: <Inventory tenant={t} /> },
          { id: "changes", label: "Changes", content: <ChangeList tenant={t} /> },
          ...(t.provider === "okta" && (auth0.data?.length ?? 0) > 0
            ? [{ id: "auth0", label: "Compare with Auth0", content: <Compare tenant={t} /> }]
            : []),
        ]}
      />
    </Page>
  );
}

function ReadNow({ tenant: t }: { tenant: TenantDetail }) {
  const may = useCan("inventory:write");
  const begin = useReadNow(t.id);
  if (!may) return null;
  const running = t.sync?.state === "running";
  return (
    <Button
      icon={<RefreshCw size={14} />}
      busy={begin.isPending}
      disabled={running}
      title={running ? "It is being read." : undefined}
      onClick={() => begin.mutate()}
    >
      Read now
    </Button>
  );
}
