import { CircleCheck, MoreHorizontal, Pencil, Play, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Menu } from "../../kit/Menu.tsx";
import { counted } from "../../kit/time.ts";
import { AssignMenu } from "../alerts/AssignMenu.tsx";
import { CloseDialog } from "../alerts/CloseDialog.tsx";
import { useCan, useSession } from "../session/session.ts";
import type { CaseDetail } from "./story.ts";
import { useCaseChange } from "./useCaseChange.ts";

/** What can be done with a case. */
export function CaseActions({ of: c }: { of: CaseDetail }) {
  const { account } = useSession();
  const can = useCan("alerts:write") && !c.mergedTo;
  const [asked, setAsked] = useState<"close" | "name">();
  const [all, setAll] = useState(true);
  const change = useCaseChange(c.id, () => setAsked(undefined));
  const open = c.alertList.filter((a) => a.state !== "closed").length;
  const closed = c.state === "closed";
  useKeys(
    can
      ? [
          {
            keys: "m",
            label: "Assign to me",
            group: "Case",
            run: () => change.mutate({ change: { assignee: account.id }, said: "assigned to you" }),
          },
          { keys: "c", label: "Close", group: "Case", run: () => !closed && setAsked("close") },
        ]
      : [],
  );
  if (!can) return null;
  return (
    <>
      {c.state === "open" && (
        <Button
          look="primary"
          icon={<Play size={14} />}
          busy={change.isPending}
          onClick={() => change.mutate({ change: { state: "in_progress" }, said: "in progress" })}
        >
          Start
        </Button>
      )}
      {closed ? (
        <Button
          icon={<RotateCcw size={14} />}
          busy={change.isPending}
          onClick={() => change.mutate({ change: { state: "open" }, said: "reopened" })}
        >
          Reopen
        </Button>
      ) : (
        <Button
          look={c.state === "in_progress" ? "primary" : "plain"}
          icon={<CircleCheck size={14} />}
          onClick={() => setAsked("close")}
        >
          Close
        </Button>
      )}
      <AssignMenu
        assignee={c.assignee}
        onAssign={(assignee, name) => change.mutate({ change: { assignee }, said: `assigned to ${name}` })}
      />
      <Menu
        trigger={<Button icon={<MoreHorizontal size={16} />} aria-label="More" />}
        items={[{ label: "Rename", icon: <Pencil size={14} />, onSelect: () => setAsked("name") }]}
      />
      {asked === "close" && (
        <CloseDialog
          title="Close the case"
          intro={c.title}
          busy={change.isPending}
          onClose={() => setAsked(undefined)}
          onDone={(verdict, note) =>
            change.mutate({ change: { state: "closed", verdict, note, closeAlerts: all && open > 0 }, said: "closed" })
          }
        >
          {open > 0 && (
            <Checkbox
              shown
              checked={all}
              onChange={setAll}
              label={`Close its ${counted(open, "open alert")} with the same verdict and note`}
            />
          )}
        </CloseDialog>
      )}
      {asked === "name" && (
        <Rename
          title={c.title}
          busy={change.isPending}
          onClose={() => setAsked(undefined)}
          onDone={(title) => change.mutate({ change: { title }, said: "renamed" })}
        />
      )}
    </>
  );
}

function Rename({
  title,
  busy,
  onClose,
  onDone,
}: {
  title: string;
  busy: boolean;
  onClose: () => void;
  onDone: (title: string) => void;
}) {
  const [text, setText] = useState(title);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Rename the case"
      footer={
        <Button look="primary" busy={busy} disabled={!text.trim()} onClick={() => onDone(text.trim())}>
          Rename
        </Button>
      }
    >
      <Field label="Title" required>
        {(f) => (
          <Input
            {...f}
            maxLength={200}
            value={text}
            onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => e.key === "Enter" && text.trim() && onDone(text.trim())}
          />
        )}
      </Field>
    </Dialog>
  );
}
