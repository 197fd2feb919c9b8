import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Download, Waypoints } from "lucide-react";
import { address } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { titleOf } from "../visibility/tenant.ts";
import { AccessChanges } from "./AccessChanges.tsx";
import { Ranking } from "./Ranking.tsx";
import { Ungoverned } from "./Ungoverned.tsx";
import { Unused } from "./Unused.tsx";

const route = getRouteApi("/inside/access");

const ids = ["paths", "changes", "unused", "ungoverned"];

/** Who can become an administrator of an org, what changed in that, and what access nobody uses or looks after. */
export function AccessPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const chosen = tenants.data?.find((t) => t.id === search.tenant) ?? tenants.data?.[0];
  return (
    <Page>
      <PageHeader
        title="Access"
        lead="Who can become an administrator and by which way, and what access is there that nobody needs."
        actions={
          chosen && (
            <>
              {(tenants.data?.length ?? 0) > 1 && (
                <Select
                  aria-label="Org"
                  className="!w-auto"
                  value={chosen.id}
                  onChange={(e) => void navigate({ search: { ...search, tenant: e.target.value }, replace: true })}
                  choices={tenants.data?.map((t) => ({ value: t.id, label: titleOf(t) })) ?? []}
                />
              )}
              <Export tenant={chosen.id} />
            </>
          )
        }
      />
      {tenants.isError ? (
        <Failed
          what="The orgs could not be read."
          error={tenants.error}
          onRetry={() => void tenants.refetch()}
          retrying={tenants.isRefetching}
        />
      ) : !tenants.data ? (
        <SkeletonLines lines={6} />
      ) : !chosen ? (
        <div className="rounded-lg border bg-surface">
          <Empty
            icon={<Waypoints size={28} strokeWidth={1.5} />}
            title="No org is read yet"
            action={
              <Link to="/visibility" className={buttonClass("primary")}>
                Connect an org
              </Link>
            }
          >
            Once an org is read, who can become its super administrator stands here, step by step.
          </Empty>
        </div>
      ) : (
        <Tabs
          key={chosen.id}
          label="Questions of access"
          value={search.tab && ids.includes(search.tab) ? search.tab : "paths"}
          onChange={(to) =>
            void navigate({ search: { tenant: search.tenant, tab: to === "paths" ? undefined : to }, replace: true })
          }
          tabs={[
            { id: "paths", label: "Ways to admin", content: <Ranking tenant={chosen.id} /> },
            { id: "changes", label: "What changed", content: <AccessChanges tenant={chosen.id} /> },
            { id: "unused", label: "Not used", content: <Unused tenant={chosen.id} /> },
            { id: "ungoverned", label: "Nobody's", content: <Ungoverned tenant={chosen.id} /> },
          ]}
        />
      )}
    </Page>
  );
}

const formats = [
  { format: "csv", label: "Ways, as CSV", note: "A line for each who can become an administrator." },
  { format: "json", label: "The graph, as JSON", note: "All that leads to something, and each step." },
  { format: "opengraph", label: "OpenGraph, for BloodHound", note: "To be uploaded there as it is." },
];

function Export({ tenant }: { tenant: string }) {
  const get = (format: string) => {
    const link = document.createElement("a");
    link.href = address("/api/v1/tenants/{id}/access/export", { id: tenant }, { format });
    link.download = "";
    link.click();
  };
  return (
    <Menu
      trigger={<Button icon={<Download size={14} />}>Export</Button>}
      items={formats.map((f) => ({ label: f.label, note: f.note, onSelect: () => get(f.format) }))}
    />
  );
}
