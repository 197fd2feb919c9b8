import { Switch } from "../../kit/Switch.tsx";
import { useCan } from "../session/session.ts";
import { useRuleChange } from "./useRuleChange.ts";

/** Switches a rule on and off. Alerts that there are stay. */
export function RuleSwitch({ rule }: { rule: { id: string; title: string; enabled: boolean } }) {
  const can = useCan("rules:write");
  const change = useRuleChange(rule);
  const on = change.isPending ? (change.variables.change?.enabled ?? rule.enabled) : rule.enabled;
  return (
    <Switch
      on={on}
      disabled={!can || change.isPending}
      label={`${rule.title}: ${rule.enabled ? "on" : "off"}`}
      onChange={(enabled) =>
        change.mutate({
          change: { enabled },
          said: enabled ? "The rule is on from the next event" : "The rule is off; its alerts stay",
        })
      }
    />
  );
}
