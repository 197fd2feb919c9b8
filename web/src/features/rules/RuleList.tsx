import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Grid3x3, List, Plus, Radar } from "lucide-react";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Facet } from "../../kit/Facet.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, FilterChip, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import type { Sort } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { listOf } from "../../search.ts";
import { SeverityMark, severities, severityList } from "../alerts/severity.tsx";
import { useCan } from "../session/session.ts";
import { attackTags, useAttack } from "./attack.ts";
import { Coverage } from "./Coverage.tsx";
import { Drafts } from "./Drafts.tsx";
import { RuleTable } from "./RuleTable.tsx";
import { filterRules, type Rule, type RuleSearch, shows, sortRules } from "./ruleFilter.ts";

const route = getRouteApi("/inside/rules");

/** All rules: what they look for, whether they are on, how often they hit, and what they cover. */
export function RuleList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("rules:write");
  const rules = useQuery(read("/api/v1/rules", {}));
  const sort = sortOf(search.sort);
  const rows = useMemo(
    () => rules.data && sortRules(filterRules(rules.data, search), { by: sort.by, down: sort.down }),
    [rules.data, search, sort.by, sort.down],
  );
  const set = (part: RuleSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  const asMatrix = search.view === "coverage";
  return (
    <Page>
      <PageHeader
        title="Rules"
        lead={rules.data ? leadOf(rules.data) : "What is looked for in the events of your Okta org."}
        actions={
          <>
            <fieldset className="flex gap-1" aria-label="How to show the rules">
              <Button
                look={asMatrix ? "quiet" : "plain"}
                aria-pressed={!asMatrix}
                icon={<List size={14} />}
                onClick={() => set({ view: undefined })}
              >
                List
              </Button>
              <Button
                look={asMatrix ? "plain" : "quiet"}
                aria-pressed={asMatrix}
                icon={<Grid3x3 size={14} />}
                onClick={() => set({ view: "coverage" })}
              >
                Coverage
              </Button>
            </fieldset>
            {can && (
              <Link to="/rules/new" className={buttonClass("primary")}>
                <Plus size={14} aria-hidden />
                New rule
              </Link>
            )}
          </>
        }
      />
      {!asMatrix && <Drafts />}
      <FilterBar end={rows && counted(rows.length, "rule")}>
        <RuleFilters search={search} rules={rules.data} onChange={set} />
      </FilterBar>
      {rules.isError ? (
        <Failed
          what="The rules could not be read."
          error={rules.error}
          onRetry={() => void rules.refetch()}
          retrying={rules.isRefetching}
        />
      ) : asMatrix ? (
        <Coverage rules={rows} />
      ) : (
        <RuleTable
          rules={rows}
          sort={sort}
          onSort={(s) => set({ sort: (s.down ? "-" : "") + s.by })}
          onOpen={(r) => void navigate({ to: "/rules/$id", params: { id: r.id } })}
          empty={
            <div className="rounded-lg border bg-surface">
              {rules.data?.length === 0 ? (
                <NoRules can={can} />
              ) : (
                <NothingFits onClear={() => void navigate({ search: {} })} />
              )}
            </div>
          }
        />
      )}
    </Page>
  );
}

function RuleFilters({
  search,
  rules,
  onChange,
}: {
  search: RuleSearch;
  rules: Rule[] | undefined;
  onChange: (part: RuleSearch) => void;
}) {
  const attack = useAttack();
  const tag = search.tag ? attackTags([search.tag], attack)[0] : undefined;
  const packs = [...new Set(rules?.map((r) => r.pack))];
  const counts = (fits: (r: Rule) => boolean) => rules?.filter(fits).length;
  return (
    <>
      <SearchBox label="Search rules" value={search.q ?? ""} onChange={(q) => onChange({ q: q || undefined })} />
      <Facet
        name="Severity"
        chosen={listOf(search.severity)}
        onChange={(v) => onChange({ severity: v.join(",") || undefined })}
        options={severityList.map((s) => ({
          value: s,
          label: severities[s].label,
          mark: <SeverityMark severity={s} />,
          count: counts((r) => r.severity === s),
        }))}
      />
      {packs.length > 1 && (
        <Facet
          name="Pack"
          chosen={listOf(search.pack)}
          onChange={(v) => onChange({ pack: v.join(",") || undefined })}
          options={packs.map((p) => ({ value: p, label: p, count: counts((r) => r.pack === p) }))}
        />
      )}
      <Select
        aria-label="State"
        className="!w-auto"
        value={search.show ?? ""}
        choices={shows}
        onChange={(e) => onChange({ show: e.target.value || undefined })}
      />
      {search.tag && (
        <FilterChip
          name="ATT&CK"
          value={tag ? [tag.id, tag.name].filter(Boolean).join(" ") : search.tag}
          onRemove={() => onChange({ tag: undefined })}
        />
      )}
    </>
  );
}

function sortOf(text: string | undefined): Sort {
  if (!text) return { by: "severity", down: false };
  return text.startsWith("-") ? { by: text.slice(1), down: true } : { by: text, down: false };
}

function leadOf(rules: Rule[]): string {
  const on = rules.filter((r) => r.enabled).length;
  const hit = rules.filter((r) => r.week.alerts > 0).length;
  return `${on} of ${counted(rules.length, "rule")} on; ${hit === 0 ? "none" : hit} made alerts in the last 7 days.`;
}

function NoRules({ can }: { can: boolean }) {
  return (
    <Empty
      icon={<Radar size={28} strokeWidth={1.5} />}
      title="There are no rules"
      action={
        can && (
          <Link to="/rules/new" className={buttonClass()}>
            Write one
          </Link>
        )
      }
    >
      The server was started without its own pack and without folders of rules.
    </Empty>
  );
}

function NothingFits({ onClear }: { onClear: () => void }) {
  return (
    <Empty
      title="No rule fits these filters"
      action={<Button onClick={onClear}>Clear the filters</Button>}
      link={
        <Link to="/rules" search={{ view: "coverage" }} className="text-accent hover:underline">
          See what is covered
        </Link>
      }
    />
  );
}
