import { CircleCheck, Eye, FolderPlus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { useKeys } from "../../kit/keys.ts";
import { counted } from "../../kit/time.ts";
import { AddToCase } from "../cases/AddToCase.tsx";
import { useSession } from "../session/session.ts";
import { AssignMenu } from "./AssignMenu.tsx";
import type { Alert } from "./alert.ts";
import { CloseDialog } from "./CloseDialog.tsx";
import { useAlertChange } from "./useAlertChange.ts";

/** What can be done with the selected alerts at once. */
export function AlertBulk({ alerts, onDone }: { alerts: Alert[]; onDone: () => void }) {
  const [asked, setAsked] = useState<"close" | "case">();
  const { account } = useSession();
  const done = () => {
    setAsked(undefined);
    onDone();
  };
  const open = alerts.filter((a) => a.state === "open");
  const working = alerts.filter((a) => a.state !== "closed");
  const ids = (list: Alert[]) => list.map((a) => a.id);
  const acknowledge = useAlertChange(ids(open), done);
  const close = useAlertChange(ids(working), done);
  const assign = useAlertChange(ids(alerts), done);
  const ack = () => open.length > 0 && acknowledge.mutate({ change: { state: "acknowledged" }, said: "acknowledged" });
  useKeys([
    { keys: "a", label: "Acknowledge what is selected", group: "Alerts", run: ack },
    {
      keys: "m",
      label: "Assign what is selected to me",
      group: "Alerts",
      run: () => assign.mutate({ change: { assignee: account.id }, said: "assigned to you" }),
    },
    {
      keys: "c",
      label: "Close what is selected",
      group: "Alerts",
      run: () => working.length > 0 && setAsked("close"),
    },
  ]);
  return (
    <>
      <span>{alerts.length} selected</span>
      <Button
        size="sm"
        icon={<Eye size={14} />}
        disabled={open.length === 0}
        busy={acknowledge.isPending}
        onClick={ack}
      >
        Acknowledge {open.length || ""}
      </Button>
      <AssignMenu
        size="sm"
        busy={assign.isPending}
        onAssign={(assignee, name) => assign.mutate({ change: { assignee }, said: `assigned to ${name}` })}
      />
      <Button size="sm" icon={<FolderPlus size={14} />} onClick={() => setAsked("case")}>
        Case
      </Button>
      <Button
        size="sm"
        icon={<CircleCheck size={14} />}
        disabled={working.length === 0}
        onClick={() => setAsked("close")}
      >
        Close {working.length || ""}
      </Button>
      <Button size="sm" look="quiet" onClick={onDone}>
        Clear
      </Button>
      {asked === "close" && (
        <CloseDialog
          title={`Close ${counted(working.length, "alert")}`}
          intro="All of them with the same verdict."
          busy={close.isPending}
          onClose={() => setAsked(undefined)}
          onDone={(verdict, note) => close.mutate({ change: { state: "closed", verdict, note }, said: "closed" })}
        />
      )}
      {asked === "case" && <AddToCase alerts={alerts} onClose={() => setAsked(undefined)} onDone={done} />}
    </>
  );
}
