import { useNavigate } from "@tanstack/react-router";
import { BellOff, CircleCheck, Eye, FolderPlus, Gauge, MoreHorizontal, Play, RotateCcw, Workflow } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Menu } from "../../kit/Menu.tsx";
import { AddToCase } from "../cases/AddToCase.tsx";
import { useCan, useSession } from "../session/session.ts";
import { AssignMenu } from "./AssignMenu.tsx";
import type { AlertDetail } from "./alert.ts";
import { CloseDialog } from "./CloseDialog.tsx";
import { severities, severityList } from "./severity.tsx";
import { useAlertChange } from "./useAlertChange.ts";

/** What can be done with an alert. The next step stands out. */
export function AlertActions({ alert: a, onRespond }: { alert: AlertDetail; onRespond: () => void }) {
  const { account } = useSession();
  const navigate = useNavigate();
  const can = useCan("alerts:write");
  const canRun = useCan("responses:run");
  const canHide = useCan("rules:write");
  const [asked, setAsked] = useState<"close" | "case">();
  const change = useAlertChange([a.id], () => setAsked(undefined));
  const move = (state: "acknowledged" | "in_progress" | "open", said: string) =>
    change.mutate({ change: { state }, said });
  const mine = a.assignee?.id === account.id;
  const take = () => !mine && change.mutate({ change: { assignee: account.id }, said: "assigned to you" });
  const ack = () => a.state === "open" && move("acknowledged", "acknowledged");
  const start = () => {
    if (a.state === "closed" || a.state === "in_progress") return;
    change.mutate({
      change: { state: "in_progress", ...(a.assignee ? {} : { assignee: account.id }) },
      said: "in progress",
    });
  };
  const close = () => a.state !== "closed" && setAsked("close");
  useKeys(
    can
      ? [
          { keys: "a", label: "Acknowledge", group: "Alert", run: ack },
          { keys: "m", label: "Assign to me", group: "Alert", run: take },
          { keys: "s", label: "Start work", group: "Alert", run: start },
          { keys: "c", label: "Close", group: "Alert", run: close },
          ...(canRun ? [{ keys: "r", label: "Run a response", group: "Alert", run: onRespond }] : []),
        ]
      : [],
  );
  if (!can) return null;
  const next = a.state === "open" ? "ack" : a.state === "acknowledged" ? "start" : "close";
  const look = (which: string) => (which === next ? "primary" : "plain");
  const closed = a.state === "closed";
  return (
    <>
      {a.state === "open" && (
        <Button look={look("ack")} icon={<Eye size={14} />} busy={change.isPending} onClick={ack}>
          Acknowledge
        </Button>
      )}
      {(a.state === "open" || a.state === "acknowledged") && (
        <Button look={look("start")} icon={<Play size={14} />} onClick={start}>
          Start
        </Button>
      )}
      {canRun && !closed && (
        <Button icon={<Workflow size={14} />} onClick={onRespond}>
          Respond
        </Button>
      )}
      {!closed && (
        <Button look={look("close")} icon={<CircleCheck size={14} />} onClick={close}>
          Close
        </Button>
      )}
      {closed && (
        <Button icon={<RotateCcw size={14} />} busy={change.isPending} onClick={() => move("open", "reopened")}>
          Reopen
        </Button>
      )}
      <AssignMenu
        assignee={a.assignee}
        onAssign={(assignee, name) => change.mutate({ change: { assignee }, said: `assigned to ${name}` })}
      />
      <Menu
        trigger={<Button icon={<MoreHorizontal size={16} />} aria-label="More" />}
        items={[
          {
            label: a.case ? "Move to another case" : "Add to a case",
            icon: <FolderPlus size={14} />,
            onSelect: () => setAsked("case"),
          },
          ...(canHide
            ? [
                {
                  label: "Suppress what is like this",
                  icon: <BellOff size={14} />,
                  onSelect: () => void navigate({ to: "/suppressions/new", search: { alert: a.id } }),
                },
              ]
            : []),
          ...(canRun && closed ? [{ label: "Run a response", icon: <Workflow size={14} />, onSelect: onRespond }] : []),
          "line",
          { heading: "Severity" },
          ...severityList.map((s) => ({
            label: severities[s].label,
            icon: <Gauge size={14} />,
            note: s === a.severity ? "as it is" : undefined,
            disabled: s === a.severity,
            onSelect: () =>
              change.mutate({ change: { severity: s }, said: `set to ${severities[s].label.toLowerCase()}` }),
          })),
        ]}
      />
      {asked === "close" && (
        <CloseDialog
          title="Close the alert"
          intro={a.title}
          busy={change.isPending}
          onClose={() => setAsked(undefined)}
          onDone={(verdict, note) => change.mutate({ change: { state: "closed", verdict, note }, said: "closed" })}
        />
      )}
      {asked === "case" && (
        <AddToCase alerts={[a]} onClose={() => setAsked(undefined)} onDone={() => setAsked(undefined)} />
      )}
    </>
  );
}
