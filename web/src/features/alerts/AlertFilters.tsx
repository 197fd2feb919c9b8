import type { components } from "../../api/schema.gen.ts";
import { Facet, type FacetOption } from "../../kit/Facet.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterChip, SearchBox } from "../../kit/Filters.tsx";
import { listOf } from "../../search.ts";
import { spans } from "../runs/since.ts";
import { type AlertState, type Severity, type Verdict, verdictList, verdicts } from "./alert.ts";
import { AlertStateMark, alertStates } from "./alertState.tsx";
import { attackOptions } from "./attackOptions.ts";
import type { AlertSearch } from "./filter.ts";
import { SeverityMark, severities, severityList } from "./severity.tsx";

type Facets = components["schemas"]["Facets"];
type Counts = Facets["states"];

/** What the list of alerts is narrowed by, each with how many there are. */
export function AlertFilters({
  search,
  facets,
  onChange,
}: {
  search: AlertSearch;
  facets: Facets | undefined;
  onChange: (part: AlertSearch) => void;
}) {
  const of = (name: keyof AlertSearch) => ({
    chosen: listOf(search[name]),
    onChange: (v: string[]) => onChange({ [name]: v.join(",") || undefined }),
  });
  return (
    <>
      <SearchBox label="Search alerts" value={search.q ?? ""} onChange={(q) => onChange({ q: q || undefined })} />
      <Facet
        name="Severity"
        {...of("severity")}
        options={severityList.map((s) => ({
          value: s,
          label: severities[s].label,
          mark: <SeverityMark severity={s as Severity} />,
          count: countOf(facets?.severities, s),
        }))}
      />
      <Facet
        name="State"
        {...of("state")}
        options={(Object.keys(alertStates) as AlertState[]).map((s) => ({
          value: s,
          label: alertStates[s].label,
          mark: <AlertStateMark state={s} />,
          count: countOf(facets?.states, s),
        }))}
      />
      <Facet name="Rule" {...of("rule")} options={named(facets?.rules)} />
      <Facet name="Type" {...of("type")} options={named(facets?.types)} />
      <Facet name="ATT&CK" {...of("attack")} options={attackOptions(facets?.attack, listOf(search.attack))} />
      <Facet name="Assignee" {...of("assignee")} options={people(facets?.assignees)} />
      {(search.view === "closed" || search.view === "all" || search.verdict) && (
        <Facet
          name="Verdict"
          {...of("verdict")}
          options={verdictList.map((v: Verdict) => ({ value: v, label: verdicts[v].label }))}
        />
      )}
      <Select
        aria-label="Time"
        className="!w-auto !text-sm"
        value={search.since ?? ""}
        onChange={(e) => onChange({ since: e.target.value || undefined })}
        choices={[{ value: "", label: "Any time" }, ...spans]}
      />
      {search.entity && (
        <FilterChip
          name="About"
          value={search.entity}
          onRemove={() => onChange({ entity: undefined, entityKind: undefined })}
        />
      )}
      {listOf(search.tag).map((t) => (
        <FilterChip
          key={t}
          name="Tag"
          value={t}
          onRemove={() =>
            onChange({
              tag:
                listOf(search.tag)
                  .filter((x) => x !== t)
                  .join(",") || undefined,
            })
          }
        />
      ))}
    </>
  );
}

function countOf(counts: Counts | undefined, value: string): number | undefined {
  return counts && (counts.find((c) => c.value === value)?.count ?? 0);
}

function named(counts: Counts | undefined): FacetOption[] {
  return (counts ?? []).map((c) => ({ value: c.value, label: c.name || c.value, count: c.count }));
}

function people(counts: Counts | undefined): FacetOption[] {
  return (counts ?? []).map((c) => ({
    value: c.value || "nobody",
    label: c.value ? c.name || "Somebody who left" : "Nobody",
    count: c.count,
  }));
}
