import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { Panel } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { type Tenant, titleOf } from "../visibility/tenant.ts";

/** The orgs, and the one that a page is about: the chosen one, else the first. */
export function useOrg(chosen: string | undefined) {
  const query = useQuery(read("/api/v1/tenants", {}));
  return { query, org: query.data?.find((t) => t.id === chosen) ?? query.data?.[0] };
}

/** Which org is looked at, where there are several. */
export function OrgSelect({
  orgs,
  org,
  onChange,
}: {
  orgs: Tenant[] | undefined;
  org: Tenant;
  onChange: (id: string) => void;
}) {
  if (!orgs || orgs.length < 2) return null;
  return (
    <Select
      aria-label="Org"
      className="!w-auto"
      value={org.id}
      onChange={(e) => onChange(e.target.value)}
      choices={orgs.map((t) => ({ value: t.id, label: titleOf(t) }))}
    />
  );
}

/** Shows a page of an org, or why there is none to show. */
export function OrgGate({
  of: { query, org },
  children,
}: {
  of: ReturnType<typeof useOrg>;
  children: (org: Tenant) => ReactNode;
}) {
  if (query.isError) {
    return (
      <Failed
        what="The orgs could not be read."
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isRefetching}
      />
    );
  }
  if (!query.data) return <SkeletonLines lines={6} />;
  if (org) return children(org);
  return (
    <Panel>
      <Empty
        icon={<ShieldCheck size={28} strokeWidth={1.5} />}
        title="No org is read yet"
        action={
          <Link to="/visibility" className={buttonClass("primary")}>
            Connect an org
          </Link>
        }
      >
        Once an org is read, each check says here what it came to, what that rests on, and how to put it right.
      </Empty>
    </Panel>
  );
}
