import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, Gavel } from "lucide-react";
import { address } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Facet } from "../../kit/Facet.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader, Panel } from "../../kit/Page.tsx";
import { counted } from "../../kit/time.ts";
import { listOf } from "../../search.ts";
import { useCan } from "../session/session.ts";
import type { Tenant } from "../visibility/tenant.ts";
import { Categories } from "./Categories.tsx";
import { checkColumns } from "./checkColumns.tsx";
import { VerdictMark, verdicts, WeightMark } from "./marks.tsx";
import { OrgGate, OrgSelect, useOrg } from "./OrgGate.tsx";
import {
  type CheckResult,
  categoryWords,
  checkSeverities,
  filtered,
  isProfile,
  known,
  profileList,
  profileWords,
  tally,
  verdictList,
} from "./posture.ts";
import { Standing } from "./Standing.tsx";
import { useJudge } from "./useJudge.ts";

const route = getRouteApi("/inside/posture");

/** How an org stands against what is demanded of it, check by check. */
export function ChecksPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const of = useOrg(search.tenant);
  return (
    <Page>
      <PageHeader
        title="Checks"
        lead="What an org should be like, whether it is, and what that could be seen of."
        actions={
          of.org && (
            <>
              <OrgSelect
                orgs={of.query.data}
                org={of.org}
                onChange={(tenant) => void navigate({ search: { ...search, tenant }, replace: true })}
              />
              <Report tenant={of.org.id} />
              <Judge tenant={of.org.id} />
            </>
          )
        }
      />
      <OrgGate of={of}>{(org) => <Standings key={org.id} org={org} />}</OrgGate>
    </Page>
  );
}

const formats = [
  { format: "pdf", label: "PDF", note: "Numbered pages, for who audits the org." },
  { format: "html", label: "HTML", note: "One page that fetches nothing." },
  { format: "csv", label: "CSV", note: "A line for each thing that is not in order." },
];

/** Writes the last judgement to a file. */
function Report({ tenant }: { tenant: string }) {
  const { profile } = route.useSearch();
  const get = (format: string) => {
    const link = document.createElement("a");
    link.href = address(
      "/api/v1/tenants/{id}/posture/report",
      { id: tenant },
      isProfile(profile) ? { format, profile } : { format },
    );
    link.download = "";
    link.click();
  };
  return (
    <Menu
      trigger={<Button icon={<Download size={15} />}>Report</Button>}
      items={formats.map((f) => ({ label: f.label, note: f.note, onSelect: () => get(f.format) }))}
    />
  );
}

function Judge({ tenant }: { tenant: string }) {
  const { profile } = route.useSearch();
  const can = useCan("inventory:write");
  const judge = useJudge(tenant, isProfile(profile) ? profile : undefined);
  if (!can) return null;
  return (
    <Button icon={<Gavel size={15} />} busy={judge.isPending} onClick={() => judge.mutate()}>
      Judge now
    </Button>
  );
}

function Standings({ org }: { org: Tenant }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (part: typeof search) => void navigate({ search: { ...search, ...part }, replace: true });
  const profile = isProfile(search.profile) ? search.profile : undefined;
  const posture = useQuery(read("/api/v1/tenants/{id}/posture", { path: { id: org.id }, query: { profile } }));
  if (posture.isError) {
    return (
      <Failed
        what="How the org stands could not be read."
        error={posture.error}
        onRetry={() => void posture.refetch()}
        retrying={posture.isRefetching}
      />
    );
  }
  const p = posture.data;
  const filter = {
    verdict: known(verdictList, listOf(search.verdict)),
    severity: known(checkSeverities, listOf(search.severity)),
    category: listOf(search.category),
    q: search.q ?? "",
  };
  const categories = tally(p?.checks ?? []);
  const rows = p && filtered(p.checks, filter);
  const many = (of: (c: CheckResult) => boolean) => p?.checks.filter(of).length;
  return (
    <>
      <Standing tenant={org.id} posture={p} />
      {p?.run && (
        <Categories
          list={categories}
          chosen={filter.category}
          onChoose={(c) => set({ category: filter.category.includes(c) ? undefined : c })}
          onVerdict={(category, verdict) => set({ category, verdict })}
        />
      )}
      <FilterBar end={rows && counted(rows.length, "check")}>
        <SearchBox value={filter.q} onChange={(q) => set({ q: q || undefined })} label="Search the checks" />
        <Select
          aria-label="Profile"
          className="!w-auto"
          value={p?.profile ?? profile ?? ""}
          onChange={(e) => set({ profile: e.target.value })}
          choices={
            p
              ? p.profiles.map((x) => ({ value: x.profile, label: `${profileWords(x.profile)} (${x.count})` }))
              : profileList.map((x) => ({ value: x, label: profileWords(x) }))
          }
        />
        <Facet
          name="Verdict"
          chosen={filter.verdict}
          onChange={(v) => set({ verdict: v.join(",") || undefined })}
          options={verdictList.map((v) => ({
            value: v,
            label: verdicts[v].label,
            mark: <VerdictMark verdict={v} />,
            count: many((c) => c.verdict === v),
          }))}
        />
        <Facet
          name="Severity"
          chosen={filter.severity}
          onChange={(v) => set({ severity: v.join(",") || undefined })}
          options={checkSeverities.map((s) => ({
            value: s,
            label: s,
            mark: <WeightMark severity={s} />,
            count: many((c) => c.severity === s),
          }))}
        />
        <Facet
          name="Category"
          chosen={filter.category}
          onChange={(v) => set({ category: v.join(",") || undefined })}
          options={categories.map((c) => ({ value: c.category, label: categoryWords(c.category), count: c.all }))}
        />
      </FilterBar>
      <DataTable<CheckResult>
        label="Checks"
        rows={rows}
        columns={checkColumns(org.id, search.profile)}
        rowKey={(c) => c.id}
        rowName={(c) => c.title}
        onOpen={(c) =>
          void navigate({
            to: "/posture/$id/$check",
            params: { id: org.id, check: c.id },
            search: { profile: search.profile },
          })
        }
        empty={
          <Panel>
            {p?.run ? (
              <Empty
                title="No check is like that"
                action={
                  <Button
                    onClick={() => set({ verdict: undefined, severity: undefined, category: undefined, q: undefined })}
                  >
                    All checks
                  </Button>
                }
              />
            ) : (
              <Empty title="Not judged yet" action={<Judge tenant={org.id} />}>
                An org is judged after each reading by the profile that is set for it, and by any other when asked.
              </Empty>
            )}
          </Panel>
        }
      />
    </>
  );
}
