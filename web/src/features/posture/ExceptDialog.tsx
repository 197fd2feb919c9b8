import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select, Textarea } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import { inDays } from "./posture.ts";
import { postureStale } from "./useJudge.ts";

const spans = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "180", label: "Half a year" },
  { value: "365", label: "A year" },
  { value: "0", label: "For ever" },
];

/** Accepts what a check finds: for one object, or for all. */
export function ExceptDialog({
  tenant,
  check,
  object,
  onClose,
}: {
  tenant: string;
  check: { id: string; title: string };
  /** The one that is accepted; without it all that the check finds. */
  object?: { key: string; name: string };
  onClose: () => void;
}) {
  const session = useSession();
  const [reason, setReason] = useState("");
  const [owner, setOwner] = useState(session.account.email);
  const [days, setDays] = useState("90");
  const form = useId();
  const ready = reason.trim().length >= 3;
  const accept = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/tenants/{id}/exceptions", {
        path: { id: tenant },
        body: {
          check: check.id,
          object: object?.key,
          reason: reason.trim(),
          owner: owner.trim() || undefined,
          expiresAt: inDays(days, new Date()),
        },
      }),
    onSuccess: () => {
      void postureStale();
      toast({ title: "Accepted", detail: "The org is judged anew in a moment." });
      onClose();
    },
  });
  const failure = accept.error instanceof Failure ? accept.error : undefined;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) accept.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={object ? `Accept: ${object.name}` : "Accept all that it finds"}
      intro={`${check.title}. It then counts as meant to be so${object ? "" : ", whatever it is found in"}. Once the time is over, it opens again.`}
      footer={
        <Button type="submit" form={form} look="primary" busy={accept.isPending} disabled={!ready}>
          Accept
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label="Reason"
          required
          help="Whoever wonders in half a year reads it."
          error={failure?.forField("reason")}
        >
          {(f) => (
            <Textarea {...f} rows={3} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
          )}
        </Field>
        <Field label="Who answers for it" error={failure?.forField("owner")}>
          {(f) => <Input {...f} maxLength={200} value={owner} onChange={(e) => setOwner(e.target.value)} />}
        </Field>
        <Field label="For how long" error={failure?.forField("expiresAt")}>
          {(f) => (
            <Select
              {...f}
              className="!w-auto self-start"
              value={days}
              choices={spans}
              onChange={(e) => setDays(e.target.value)}
            />
          )}
        </Field>
        {accept.isError && <Failed what="It was not accepted." error={accept.error} />}
      </form>
    </Dialog>
  );
}
