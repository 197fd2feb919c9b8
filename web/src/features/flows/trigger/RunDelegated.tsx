import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { ValueField } from "../../../kit/ValueField.tsx";
import { initial, missing, problems, valuesOf } from "../../../kit/value.ts";

type Detail = components["schemas"]["FlowDetail"];

/** Runs a delegated flow for a user. */
export function RunDelegated({ flow, onClose }: { flow: Detail; onClose: () => void }) {
  const navigate = useNavigate();
  const ports = flow.trigger?.inputs ?? [];
  const [user, setUser] = useState("");
  const [texts, setTexts] = useState(() => initial(ports));
  const run = useMutation({
    mutationFn: (dryRun: boolean) =>
      call("post", "/api/v1/flows/{id}/delegate", {
        path: { id: flow.id },
        body: { user: user.trim() || undefined, inputs: valuesOf(ports, texts), dryRun },
      }),
    onSuccess: (r) => {
      void stale("/api/v1/runs", "/api/v1/flows");
      onClose();
      void navigate({ to: "/runs/$id", params: { id: r.id } });
    },
  });
  const wrong = problems(ports, texts);
  const ready = Object.keys(wrong).length === 0 && missing(ports, texts).length === 0;
  const failure = run.error instanceof Failure ? run.error : undefined;
  const field = failure?.detail?.field;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Run ${flow.title}`}
      intro="Say whom it is for, and what it works on."
      footer={
        <>
          <Button disabled={!ready} busy={run.isPending && run.variables} onClick={() => run.mutate(true)}>
            Show what it would do
          </Button>
          <Button
            look="primary"
            disabled={!ready}
            busy={run.isPending && !run.variables}
            onClick={() => run.mutate(false)}
          >
            Run
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Okta user id" help="Of whom it is for; empty for nobody." error={failure?.forField("user")}>
          {(f) => <Input {...f} autoFocus maxLength={64} value={user} onChange={(e) => setUser(e.target.value)} />}
        </Field>
        {ports.map((p) => (
          <ValueField
            key={p.name}
            spec={p}
            text={texts[p.name] ?? ""}
            onChange={(t) => setTexts({ ...texts, [p.name]: t })}
            error={field === `inputs.${p.name}` ? failure?.message : wrong[p.name]}
          />
        ))}
        {run.isError && field !== "user" && !field?.startsWith("inputs.") && (
          <Failed what="The flow was not run." error={run.error} />
        )}
      </div>
    </Dialog>
  );
}
