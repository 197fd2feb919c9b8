import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/query.ts";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Facet, type FacetOption } from "../../../kit/Facet.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { useCan } from "../../session/session.ts";
import { type AlertList, alertWith, chosen, listed, startsOn, startsOnAfter } from "../model/alertTrigger.ts";
import { objectOf, textOf } from "../model/tree.ts";

const severities = ["informational", "low", "medium", "high", "critical"];
const entities = ["user", "ip", "app", "group", "device", "session", "org", "system", "other"];

/** Which alerts start the flow. What is left out is no condition. */
export function AlertTrigger({ alert, onChange }: { alert: unknown; onChange: (alert: unknown) => void }) {
  const rules = useQuery({ ...read("/api/v1/rules", {}), enabled: useCan("rules:read") });
  const types = useQuery(read("/api/v1/alert-types", {}));
  const set = (key: string, value: unknown) => onChange(alertWith(alert, key, value));
  const on = startsOn(alert);
  const facet = (name: string, key: AlertList, options: FacetOption[]) => (
    <Facet name={name} options={options} chosen={chosen(alert, key)} onChange={(v) => set(key, listed(v))} />
  );
  return (
    <>
      <Field label="Least severity">
        {(f) => (
          <Select
            {...f}
            value={textOf(objectOf(alert).severity)}
            choices={[{ value: "", label: "any" }, ...severities.map((s) => ({ value: s, label: s }))]}
            onChange={(e) => set("severity", e.target.value || undefined)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {facet(
          "Rule",
          "rule",
          known(
            (rules.data ?? []).map((r) => ({ value: r.slug, label: r.title })),
            chosen(alert, "rule"),
          ),
        )}
        {facet(
          "Type",
          "type",
          known(
            (types.data ?? []).map((t) => ({ value: t.id, label: t.title })),
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
        label="When an alert is opened"
        checked={on.includes("opened")}
        onChange={(yes) => set("on", startsOnAfter(alert, "opened", yes))}
      />
      <Checkbox
        shown
        label="When an alert becomes more severe"
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
