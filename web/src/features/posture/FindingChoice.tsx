import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Select } from "../../kit/Field.tsx";
import { SearchBox } from "../../kit/Filters.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { SeverityMark } from "../alerts/severity.tsx";
import { titleOf } from "../visibility/tenant.ts";

/** A finding, and the org that it is of. */
export type FoundChoice = { tenant: string; finding: string };

/** Chooses one of the findings of an org: those of some checks, where any are named. */
export function FindingChoice({
  checks,
  value,
  onChange,
}: {
  checks: string[];
  value: FoundChoice | undefined;
  onChange: (v: FoundChoice | undefined) => void;
}) {
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const [chosen, setChosen] = useState("");
  const tenant = chosen || tenants.data?.[0]?.id || "";
  if (tenants.isError) {
    return <Failed what="The orgs could not be read." error={tenants.error} onRetry={() => void tenants.refetch()} />;
  }
  if (!tenants.data) return <SkeletonLines lines={4} />;
  if (!tenant) return <p className="text-muted">No org is read yet, so nothing was found.</p>;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {tenants.data.length > 1 && (
        <Field label="Org">
          {(f) => (
            <Select
              {...f}
              value={tenant}
              onChange={(e) => {
                setChosen(e.target.value);
                onChange(undefined);
              }}
              choices={tenants.data.map((t) => ({ value: t.id, label: titleOf(t) }))}
            />
          )}
        </Field>
      )}
      <List key={tenant} tenant={tenant} checks={checks} value={value} onChange={onChange} />
    </div>
  );
}

function List({
  tenant,
  checks,
  value,
  onChange,
}: {
  tenant: string;
  checks: string[];
  value: FoundChoice | undefined;
  onChange: (v: FoundChoice) => void;
}) {
  const [q, setQ] = useState("");
  const { items, error, refetch, more } = usePages("/api/v1/tenants/{id}/findings", {
    path: { id: tenant },
    query: { check: checks, q: q || undefined, limit: 20 },
  });
  if (error) return <Failed what="The findings could not be read." error={error} onRetry={refetch} />;
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium">Finding</legend>
      <SearchBox value={q} onChange={setQ} label="Search findings" />
      <div className="h-2" />
      {!items && <SkeletonLines lines={4} />}
      {items?.length === 0 && (
        <p className="text-muted">
          {q
            ? "No finding fits."
            : checks.length > 0
              ? `Nothing was found by ${checks.join(", ")}.`
              : "Nothing was found."}
        </p>
      )}
      {items && items.length > 0 && (
        <div className="max-h-80 divide-y overflow-y-auto rounded-md border">
          {items.map((f) => (
            <label
              key={f.id}
              className={clsx(
                "flex cursor-pointer items-center gap-3 px-3 py-2 hover:bg-hover has-focus-visible:outline-2",
                value?.finding === f.id && "bg-accent-soft",
              )}
            >
              <input
                type="radio"
                name="finding"
                value={f.id}
                checked={value?.finding === f.id}
                onChange={() => onChange({ tenant, finding: f.id })}
                className="accent-[var(--c-accent-fill)]"
              />
              <SeverityMark severity={f.severity === "info" ? "informational" : f.severity} />
              <span className="min-w-0 flex-1">
                <span className="block truncate">{f.object.name || f.object.id || f.check.name || f.check.id}</span>
                <span className="block truncate text-xs text-muted">
                  {f.check.name || f.check.id}: {f.said}
                </span>
              </span>
              <span className="text-sm text-muted">
                {f.state !== "open" && `${f.state}, `}
                <Time at={f.openedAt} />
              </span>
            </label>
          ))}
          {more.has && (
            <div className="flex justify-center p-1">
              <Button size="sm" look="quiet" busy={more.busy} onClick={more.load}>
                Others
              </Button>
            </div>
          )}
        </div>
      )}
    </fieldset>
  );
}
