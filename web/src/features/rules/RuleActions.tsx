import { Link } from "@tanstack/react-router";
import { BellOff, CopyPlus, Pencil, RotateCcw } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Select } from "../../kit/Field.tsx";
import type { Severity } from "../alerts/alert.ts";
import { severities, severityList } from "../alerts/severity.tsx";
import { useCan } from "../session/session.ts";
import { RuleSwitch } from "./RuleSwitch.tsx";
import { useRuleChange } from "./useRuleChange.ts";

/** What the organization decides about a rule. */
export function RuleActions({ rule: r }: { rule: components["schemas"]["RuleDetail"] }) {
  const can = useCan("rules:write");
  const change = useRuleChange(r);
  return (
    <>
      <span className="inline-flex items-center gap-2">
        <RuleSwitch rule={r} />
        <span aria-hidden>{r.enabled ? "On" : "Off"}</span>
      </span>
      {can && (
        <Select
          aria-label="Severity of its alerts"
          className="!w-auto"
          value={r.severity}
          disabled={change.isPending}
          onChange={(e) =>
            change.mutate({
              change: { severity: e.target.value as Severity },
              said: `New alerts are of severity ${severities[e.target.value as Severity].label.toLowerCase()}`,
            })
          }
          choices={severityList.map((s) => ({
            value: s,
            label: s === r.defaultSeverity ? `${severities[s].label}, as it says` : severities[s].label,
          }))}
        />
      )}
      {can && r.changed && (
        <Button
          icon={<RotateCcw size={14} />}
          busy={change.isPending}
          onClick={() => change.mutate({ change: { reset: true }, said: "The rule is as it says itself" })}
        >
          As it says itself
        </Button>
      )}
      {can && (
        <Link to="/suppressions/new" search={{ rule: r.id }} className={buttonClass()}>
          <BellOff size={14} aria-hidden />
          Add an exception
        </Link>
      )}
      {can && !r.own && (
        <Link to="/rules/new" search={{ from: r.id }} className={buttonClass()}>
          <CopyPlus size={14} aria-hidden />
          Make it ours
        </Link>
      )}
      {r.file && (
        <Link to="/rules/files/$id" params={{ id: r.file }} className={buttonClass("primary")}>
          <Pencil size={14} aria-hidden />
          {can ? "Edit" : "See its file"}
        </Link>
      )}
    </>
  );
}
