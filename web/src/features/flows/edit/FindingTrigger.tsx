import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Facet, type FacetOption } from "../../../kit/Facet.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { categoryWords, checkSeverities } from "../../posture/posture.ts";
import { useCan } from "../../session/session.ts";
import { listed } from "../model/alertTrigger.ts";
import { chosenOf, type FindingList, findingWith, type Turn, turnsAfter, turnsOf } from "../model/findingTrigger.ts";
import { objectOf, textOf } from "../model/tree.ts";

const turnLabels: Record<Turn, string> = {
  opened: "A finding is opened for the first time",
  reopened: "It comes again, or its exception is over",
  closed: "It is closed",
};
const profiles = ["baseline", "healthinsight", "stig", "strict", "seed"];

/** Which findings of posture start the flow. What is left out is no condition. */
export function FindingTrigger({ finding, onChange }: { finding: unknown; onChange: (finding: unknown) => void }) {
  const may = useCan("inventory:read");
  const checks = useQuery({ ...read("/api/v1/checks", {}), enabled: may });
  const tenants = useQuery({ ...read("/api/v1/tenants", {}), enabled: may });
  const set = (key: string, value: unknown) => onChange(findingWith(finding, key, value));
  const on = turnsOf(finding);
  const facet = (name: string, key: FindingList, options: FacetOption[]) => (
    <Facet
      name={name}
      options={withChosen(options, chosenOf(finding, key))}
      chosen={chosenOf(finding, key)}
      onChange={(v) => set(key, listed(v))}
    />
  );
  const all = checks.data ?? [];
  return (
    <>
      <Field label="Severity">
        {(f) => (
          <Select
            {...f}
            value={textOf(objectOf(finding).severity)}
            choices={[
              { value: "", label: "Any" },
              ...checkSeverities.map((s) => ({ value: s, label: s === "critical" ? s : `${s} or graver` })),
            ]}
            onChange={(e) => set("severity", e.target.value || undefined)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {facet(
          "Checks",
          "check",
          all.map((c) => ({ value: c.id, label: `${c.id} ${c.title}` })),
        )}
        {facet(
          "Categories",
          "category",
          [...new Set(all.map((c) => c.category))].map((c) => ({ value: c, label: categoryWords(c) })),
        )}
        {facet(
          "Profiles",
          "profile",
          profiles.map((p) => ({ value: p, label: p })),
        )}
        {facet(
          "Orgs",
          "tenant",
          (tenants.data ?? []).map((t) => ({ value: t.domain, label: t.name || t.domain })),
        )}
      </div>
      <Field label="About things of the kind" help="Such as user, app or group; any where nothing is said">
        {(f) => (
          <Input
            {...f}
            key={chosenOf(finding, "kind").join()}
            spellCheck={false}
            className="font-mono !text-xs"
            defaultValue={chosenOf(finding, "kind").join(", ")}
            onBlur={(e) =>
              set(
                "kind",
                listed(
                  e.target.value
                    .split(",")
                    .map((t) => t.trim())
                    .filter(Boolean),
                ),
              )
            }
          />
        )}
      </Field>
      {(Object.keys(turnLabels) as Turn[]).map((t) => (
        <Checkbox
          key={t}
          shown
          label={turnLabels[t]}
          checked={on.includes(t)}
          onChange={(yes) => set("on", turnsAfter(finding, t, yes))}
        />
      ))}
      <Field label="Runs that one judgement may start" help="The gravest findings first. 100 where nothing is said">
        {(f) => (
          <Input
            {...f}
            key={textOf(objectOf(finding).most)}
            inputMode="numeric"
            defaultValue={textOf(objectOf(finding).most)}
            onBlur={(e) => set("most", Number(e.target.value) || undefined)}
          />
        )}
      </Field>
    </>
  );
}

/** The options, with those that are chosen and are not among them. */
function withChosen(options: FacetOption[], values: string[]): FacetOption[] {
  const rest = values.filter((v) => !options.some((o) => o.value === v));
  return [...rest.map((v) => ({ value: v, label: v })), ...options];
}
