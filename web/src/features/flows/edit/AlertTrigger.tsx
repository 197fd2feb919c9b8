import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Facet, type FacetOption } from "../../../kit/Facet.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { severities, severityList } from "../../alerts/severity.tsx";
import { useAlertTypes } from "../../rules/attack.ts";
import { useCan } from "../../session/session.ts";
import { type AlertList, alertWith, chosen, listed, startsOn, startsOnAfter } from "../model/alertTrigger.ts";
import { objectOf, textOf } from "../model/tree.ts";

const entities = ["user", "ip", "app", "group", "device", "session", "org", "system", "other"];

/** Which alerts start the flow. What is left out is no condition. */
export function AlertTrigger({ alert, onChange }: { alert: unknown; onChange: (alert: unknown) => void }) {
  const rules = useQuery({ ...read("/api/v1/rules", {}), enabled: useCan("rules:read") });
  const types = useAlertTypes();
  const set = (key: string, value: unknown) => onChange(alertWith(alert, key, value));
  const on = startsOn(alert);
  const facet = (name: string, key: AlertList, options: FacetOption[]) => (
    <Facet name={name} options={options} chosen={chosen(alert, key)} onChange={(v) => set(key, listed(v))} />
  );
  return (
    <>
      <Field label="Severity">
        {(f) => (
          <Select
            {...f}
            value={textOf(objectOf(alert).severity)}
            choices={[
              { value: "", label: "Any" },
              ...severityList.map((s) => ({
                value: s,
                label: s === "critical" ? severities[s].label : `${severities[s].label} or worse`,
              })),
            ]}
            onChange={(e) => set("severity", e.target.value || undefined)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {facet(
          "Rules",
          "rule",
          known(
            (rules.data ?? []).map((r) => ({ value: r.slug, label: r.title })),
            chosen(alert, "rule"),
          ),
        )}
        {facet(
          "Types",
          "type",
          known(
            (types ?? []).map((t) => ({ value: t.id, label: t.title })),
            chosen(alert, "type"),
          ),
        )}
        {facet(
          "About",
          "entity",
          known(
            entities.map((e) => ({ value: e, label: e })),
            chosen(alert, "entity"),
          ),
        )}
      </div>
      <Field label="With one of these tags" help="Such as attack.t1621, several with commas">
        {(f) => (
          <Input
            {...f}
            key={chosen(alert, "tag").join()}
            spellCheck={false}
            className="font-mono !text-xs"
            defaultValue={chosen(alert, "tag").join(", ")}
            onBlur={(e) => {
              const tags = e.target.value.split(",").map((t) => t.trim());
              set("tag", listed(tags.filter(Boolean)));
            }}
          />
        )}
      </Field>
      <Checkbox
        shown
        label="An alert is opened"
        checked={on.includes("opened")}
        onChange={(yes) => set("on", startsOnAfter(alert, "opened", yes))}
      />
      <Checkbox
        shown
        label="An alert becomes more severe"
        checked={on.includes("escalated")}
        onChange={(yes) => set("on", startsOnAfter(alert, "escalated", yes))}
      />
    </>
  );
}

/** The options, with those that are chosen and are not among them: a rule by its id, or one that is gone. */
function known(options: FacetOption[], values: string[]): FacetOption[] {
  const rest = values.filter((v) => !options.some((o) => o.value === v));
  return [...rest.map((v) => ({ value: v, label: v })), ...options];
}
