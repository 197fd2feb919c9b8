import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import { State, Tag } from "../../../kit/State.tsx";
import { blockers, type Check, countsOf } from "./findings.ts";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** What of the rule runs, whether what is typed is kept, and whether it could be published. */
export function EditState({
  file,
  edit,
  check,
  behind,
  failed,
  onShow,
}: {
  file: FileDetail;
  edit: RuleEdit;
  check: Check | undefined;
  behind: boolean;
  /** It could not be checked. */
  failed: boolean;
  /** Shows what is wrong. */
  onShow: () => void;
}) {
  const stops = check && blockers(countsOf(check));
  const saved = edit.save.isPending
    ? "Saving"
    : edit.dirty
      ? "Not saved yet"
      : file.hasDraft
        ? "Draft saved"
        : "As published";
  return (
    <>
      <Tag>{file.version > 0 ? `Version ${file.version} runs` : "Never published"}</Tag>
      {(file.hasDraft || edit.dirty) && <Tag tone="warn">Draft</Tag>}
      <span role="status" className={edit.save.isError ? "text-sm text-bad" : "text-sm text-muted"}>
        {edit.save.isError ? "Not saved" : saved}
      </span>
      <span className="text-sm">
        {failed ? (
          <State icon={CircleAlert} tone="warn" label="Not checked" />
        ) : behind || !check ? (
          <State icon={LoaderCircle} tone="quiet" label="Checking" spin />
        ) : check.ok ? (
          <State
            icon={CircleCheck}
            tone="live"
            label={check.cases.length > 0 ? "It can be published" : "It can be published; it has no cases"}
          />
        ) : (
          <button type="button" className="rounded-sm hover:underline" onClick={onShow} title="Show them">
            <State icon={CircleAlert} tone="bad" label={stops || "There is no rule in it yet."} />
          </button>
        )}
      </span>
    </>
  );
}
