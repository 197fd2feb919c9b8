import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Facet } from "../../../kit/Facet.tsx";
import { Field, Select } from "../../../kit/Field.tsx";
import { severities, severityList } from "../../alerts/severity.tsx";
import { useAlertTypes } from "../../rules/attack.ts";
import type { Path } from "../model/source.ts";
import { textOf, textsOf } from "../model/tree.ts";

const has = [
  { value: "opened", label: "An alert is opened" },
  { value: "escalated", label: "An alert becomes more severe" },
];

/** Which alerts start the flow. What is not chosen is no condition. */
export function AlertFields({
  data,
  set,
}: {
  data: Record<string, unknown>;
  set: (path: Path, value: unknown) => void;
}) {
  const rules = useQuery(read("/api/v1/rules", {}));
  const types = useAlertTypes();
  const on = textsOf(data.on);
  const shownOn = on.length > 0 ? on : ["opened"];
  const put = (key: string, values: string[]) => set(["alert", key], values.length > 0 ? values : undefined);
  return (
    <>
      <Field label="Severity">
        {(f) => (
          <Select
            {...f}
            value={textOf(data.severity)}
            choices={[
              { value: "", label: "Any" },
              ...severityList.map((s) => ({
                value: s,
                label: s === "critical" ? severities[s].label : `${severities[s].label} or worse`,
              })),
            ]}
            onChange={(e) => set(["alert", "severity"], e.target.value || undefined)}
          />
        )}
      </Field>
      <fieldset className="flex flex-wrap gap-2" aria-label="Of which rules and types">
        <Facet
          name="Rules"
          chosen={textsOf(data.rule)}
          onChange={(v) => put("rule", v)}
          options={(rules.data ?? []).map((r) => ({ value: r.slug, label: r.title }))}
        />
        <Facet
          name="Types"
          chosen={textsOf(data.type)}
          onChange={(v) => put("type", v)}
          options={(types ?? []).map((t) => ({ value: t.id, label: t.title }))}
        />
      </fieldset>
      <fieldset aria-label="When">
        {has.map((h) => (
          <Checkbox
            key={h.value}
            shown
            label={h.label}
            checked={shownOn.includes(h.value)}
            onChange={(yes) => put("on", yes ? [...shownOn, h.value] : shownOn.filter((o) => o !== h.value))}
          />
        ))}
      </fieldset>
    </>
  );
}
