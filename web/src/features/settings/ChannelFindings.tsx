import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Facet } from "../../kit/Facet.tsx";
import { Field, Select } from "../../kit/Field.tsx";
import { categoryWords, checkSeverities } from "../posture/posture.ts";
import { useCan } from "../session/session.ts";
import { type FindingMoment, type Findings, findingMoments, firstFindings, toggled } from "./channel.ts";

const profiles: NonNullable<Findings["profiles"]> = ["baseline", "healthinsight", "stig", "strict", "seed"];

/** Which findings of posture a channel tells of; none where it tells of no finding. */
export function ChannelFindings({
  findings: f,
  onChange,
}: {
  findings?: Findings;
  onChange: (findings: Findings | undefined) => void;
}) {
  const may = useCan("inventory:read");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Findings</legend>
      <Checkbox
        shown
        label="It tells of findings of posture"
        checked={f !== undefined}
        onChange={(on) => onChange(on ? firstFindings : undefined)}
      />
      {f && (
        <div className="flex flex-col gap-2 pl-6">
          {(Object.keys(findingMoments) as FindingMoment[]).map((m) => (
            <Checkbox
              key={m}
              shown
              label={findingMoments[m]}
              checked={f.moments.includes(m)}
              onChange={(on) => onChange({ ...f, moments: toggled(f.moments, m, on) })}
            />
          ))}
          <Field label="Severity of findings, at least">
            {(field) => (
              <Select
                {...field}
                value={f.severity ?? "info"}
                choices={checkSeverities.map((s) => ({ value: s, label: s }))}
                onChange={(e) => onChange({ ...f, severity: checkSeverities.find((s) => s === e.target.value) })}
              />
            )}
          </Field>
          {may && <Filters f={f} onChange={onChange} />}
        </div>
      )}
    </fieldset>
  );
}

function Filters({ f, onChange }: { f: Findings; onChange: (findings: Findings) => void }) {
  const checks = useQuery(read("/api/v1/checks", {}));
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const categories = [...new Set((checks.data ?? []).map((c) => c.category))];
  return (
    <div className="flex flex-wrap gap-2">
      <Facet
        name="Categories"
        options={categories.map((c) => ({ value: c, label: categoryWords(c) }))}
        chosen={f.categories ?? []}
        onChange={(v) => onChange({ ...f, categories: v })}
      />
      <Facet
        name="Checks"
        options={(checks.data ?? []).map((c) => ({ value: c.id, label: `${c.id} ${c.title}` }))}
        chosen={f.checks ?? []}
        onChange={(v) => onChange({ ...f, checks: v })}
      />
      <Facet
        name="Profiles"
        options={profiles.map((p) => ({ value: p, label: p }))}
        chosen={f.profiles ?? []}
        onChange={(v) => onChange({ ...f, profiles: profiles.filter((p) => v.includes(p)) })}
      />
      <Facet
        name="Orgs"
        options={(tenants.data ?? []).map((t) => ({ value: t.id, label: t.name || t.domain }))}
        chosen={f.tenants ?? []}
        onChange={(v) => onChange({ ...f, tenants: v })}
      />
    </div>
  );
}
