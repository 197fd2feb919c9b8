import { useMutation } from "@tanstack/react-query";
import { Check, CircleStop, Hand, Play, Undo2, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { keyOf, queryClient } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Textarea } from "../../kit/Field.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { deedsOf, type RemedyDetail, remediesStale } from "./remedy.ts";
import { remedyStates } from "./remedyMarks.tsx";

/** Takes over what a plan has become. */
function taken(r: RemedyDetail) {
  queryClient.setQueryData(keyOf("/api/v1/remedies/{remedy}", { path: { remedy: r.id } }), r);
  void remediesStale();
}

/** What can be done with a plan as it stands. */
export function Deeds({ of: r }: { of: RemedyDetail }) {
  const canRun = useCan("remedies:run");
  const canApprove = useCan("remedies:approve");
  const [asked, setAsked] = useState<"approve" | "decline" | "undo">();
  const deeds = deedsOf(r);
  const run = useMutation({
    mutationFn: () => call("post", "/api/v1/remedies/{remedy}/run", { path: { remedy: r.id } }),
    onSuccess: (after) => {
      taken(after);
      if (after.state === "stopped")
        toast({ tone: "bad", title: "Stopped before its first step", detail: after.error });
      else toast({ title: remedyStates[after.state].label });
    },
    onError: (e) => toast({ tone: "bad", title: "Nothing was changed", detail: e.message }),
  });
  const stop = useMutation({
    mutationFn: () => call("post", "/api/v1/remedies/{remedy}/stop", { path: { remedy: r.id } }),
    onSuccess: (after) => {
      taken(after);
      toast({ title: "Stopped", detail: "The call that was under way ends; no other begins." });
    },
    onError: (e) => toast({ tone: "bad", title: "It was not stopped", detail: e.message }),
  });
  return (
    <>
      {deeds.stop && canRun && (
        <Button icon={<CircleStop size={15} />} busy={stop.isPending} onClick={() => stop.mutate()}>
          Stop it
        </Button>
      )}
      {deeds.run && canRun && (
        <Button
          look="primary"
          icon={r.needs ? <Hand size={15} /> : <Play size={15} />}
          busy={run.isPending}
          onClick={() => run.mutate()}
        >
          {deeds.run}
        </Button>
      )}
      {deeds.decide && canApprove && (
        <>
          <Button look="primary" icon={<Check size={15} />} onClick={() => setAsked("approve")}>
            Approve
          </Button>
          <Button icon={<X size={15} />} onClick={() => setAsked("decline")}>
            Decline
          </Button>
        </>
      )}
      {deeds.undo && canRun && (
        <Button icon={<Undo2 size={15} />} onClick={() => setAsked("undo")}>
          Undo all
        </Button>
      )}
      {asked === "undo" && <UndoAll of={r} onClose={() => setAsked(undefined)} />}
      {(asked === "approve" || asked === "decline") && (
        <Decide of={r} approve={asked === "approve"} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

function Decide({ of: r, approve, onClose }: { of: RemedyDetail; approve: boolean; onClose: () => void }) {
  const [note, setNote] = useState("");
  const form = useId();
  const decide = useMutation({
    mutationFn: () =>
      call("post", approve ? "/api/v1/remedies/{remedy}/approve" : "/api/v1/remedies/{remedy}/decline", {
        path: { remedy: r.id },
        body: { note: note.trim() || undefined },
      }),
    onSuccess: (after) => {
      taken(after);
      toast({ title: approve ? "Approved" : "Declined" });
      onClose();
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    decide.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={approve ? "Approve the plan" : "Decline the plan"}
      intro={
        approve
          ? `${counted(r.steps.planned, "call")} will be made, changing ${counted(r.targets, "thing")}. The plan stands behind this question.`
          : "Nothing is changed. Whoever asked for it reads why."
      }
      footer={
        <Button type="submit" form={form} look="primary" busy={decide.isPending}>
          {approve ? "Approve, and have it run" : "Decline"}
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Note" help="It stands with the plan.">
          {(f) => <Textarea {...f} rows={3} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} />}
        </Field>
        {decide.isError && <Failed what="Nothing was decided." error={decide.error} />}
      </form>
    </Dialog>
  );
}

/** What undoing a whole plan will do: each step that was made, the last first. */
function UndoAll({ of: r, onClose }: { of: RemedyDetail; onClose: () => void }) {
  const made = r.plan.filter((s) => s.state === "done").toReversed();
  const undo = useMutation({
    mutationFn: () => call("post", "/api/v1/remedies/{remedy}/undo", { path: { remedy: r.id } }),
    onSuccess: (after) => {
      taken(after);
      toast({ title: remedyStates[after.state].label });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Undo all that it did"
      intro="The last first. What cannot be undone keeps nothing else from being."
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" busy={undo.isPending} onClick={() => undo.mutate()}>
            Undo {counted(made.filter((s) => s.undo).length, "step")}
          </Button>
        </>
      }
    >
      <ol className="flex flex-col gap-2">
        {made.map((s) => (
          <li key={s.seq} className="flex items-baseline gap-3">
            <span className="text-faint tabular-nums">{s.seq}</span>
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{s.undo ?? "There is no way back"}</span>
              <span className="block text-sm text-muted wrap-anywhere">it had: {s.says || s.title}</span>
            </span>
          </li>
        ))}
      </ol>
      {undo.isError && <Failed what="It was not undone." error={undo.error} />}
    </Dialog>
  );
}
