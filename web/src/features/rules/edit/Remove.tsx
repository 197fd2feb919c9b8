import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read, stale } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { counted } from "../../../kit/time.ts";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** Deletes the file with its versions, after it has shown what stops then. */
export function Remove({ file, edit, onClose }: { file: FileDetail; edit: RuleEdit; onClose: () => void }) {
  const navigate = useNavigate();
  const rules = useQuery(read("/api/v1/rules", {}));
  const own = rules.data?.filter((r) => r.file === file.id);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/rulefiles/{file}", { path: { file: file.id } }),
    onSuccess: () => {
      edit.forget();
      void stale("/api/v1/rulefiles", "/api/v1/rules");
      toast({ title: "The rule is deleted", detail: file.title });
      void navigate({ to: "/rules" });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${file.title}`}
      intro={
        file.version > 0
          ? `What was published goes with it (${counted(file.versions.length, "version")})${file.hasDraft || edit.dirty ? ", and the draft" : ""}. There is no way back.`
          : "It was never published. There is no way back."
      }
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={remove.isPending} disabled={!own} onClick={() => remove.mutate()}>
            Delete
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2">
        {own && own.length > 0 && (
          <ul className="flex flex-col gap-1">
            {own.map((r) => (
              <li key={r.id}>
                <span className="font-medium">{r.title}</span>{" "}
                <span className="text-muted">
                  {r.enabled ? "stops with the next event" : "is off"}; it made {counted(r.month.alerts, "alert")} in 30
                  days
                </span>
              </li>
            ))}
          </ul>
        )}
        {file.version > 0 && (
          <p className="text-sm text-muted">
            Alerts that there are stay. Exceptions for it hide nothing any more. To stop it for a while, switch it off
            in the list of rules.
          </p>
        )}
        {rules.isError && <Failed what="What stops could not be read." error={rules.error} />}
        {remove.isError && <Failed what="It was not deleted." error={remove.error} />}
      </div>
    </Dialog>
  );
}
