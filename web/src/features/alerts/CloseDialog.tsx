import { clsx } from "clsx";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Textarea } from "../../kit/Field.tsx";
import { useKeys } from "../../kit/keys.ts";
import { type Verdict, verdictList, verdicts } from "./alert.ts";

/** Asks what something turned out to be, and why: 1 to 4 choose, Ctrl and Enter close it. */
export function CloseDialog({
  title,
  intro,
  busy,
  failed,
  children,
  onClose,
  onDone,
}: {
  title: string;
  intro?: ReactNode;
  busy: boolean;
  failed?: ReactNode;
  /** What else there is to choose. */
  children?: ReactNode;
  onClose: () => void;
  onDone: (verdict: Verdict, note: string) => void;
}) {
  const [verdict, setVerdict] = useState<Verdict>();
  const [note, setNote] = useState("");
  const form = useId();
  const done = (e?: FormEvent) => {
    e?.preventDefault();
    if (verdict) onDone(verdict, note.trim());
  };
  useKeys([{ keys: "Mod+enter", label: "Close with the verdict", group: "Alert", always: true, run: done }]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      intro={intro}
      footer={
        <>
          <Button onClick={onClose}>Leave it open</Button>
          <Button type="submit" form={form} look="primary" busy={busy} disabled={!verdict}>
            Close
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={done} className="flex flex-col gap-4">
        <fieldset>
          <legend className="mb-1.5 text-sm font-medium">What was it?</legend>
          <div className="divide-y rounded-md border">
            {verdictList.map((v) => (
              <label
                key={v}
                className={clsx(
                  "flex cursor-pointer items-start gap-3 px-3 py-2 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent",
                  verdict === v && "bg-accent-soft",
                )}
              >
                <input
                  type="radio"
                  name="verdict"
                  value={v}
                  checked={verdict === v}
                  onChange={() => setVerdict(v)}
                  className="mt-1 accent-[var(--c-accent-fill)]"
                />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{verdicts[v].label}</span>
                  <span className="block text-sm text-muted">{verdicts[v].help}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Field label="Note" help="What you found, for whoever reads this later.">
          {(f) => <Textarea {...f} maxLength={4000} value={note} onChange={(e) => setNote(e.target.value)} />}
        </Field>
        {children}
        {failed}
      </form>
    </Dialog>
  );
}
