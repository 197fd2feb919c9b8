import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { AlarmClock, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import type { Column } from "../../kit/table.ts";
import { scheduleWords } from "../flows/schedule.ts";
import { useCan } from "../session/session.ts";
import { ScheduleForm } from "./ScheduleForm.tsx";
import type { Schedule } from "./schedule.ts";

const route = getRouteApi("/inside/remedies");

/** What makes plans by the clock: of whom, what, and when. */
export function Schedules() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan("remedies:schedule");
  const all = useQuery(read("/api/v1/remedy-schedules", {}));
  const edit = (what: string | undefined) => void navigate({ search: { ...search, edit: what }, replace: true });
  const [leaving, setLeaving] = useState<Schedule>();
  const remove = useMutation({
    mutationFn: (s: Schedule) => call("delete", "/api/v1/remedy-schedules/{schedule}", { path: { schedule: s.id } }),
    onSuccess: (_, s) => {
      setLeaving(undefined);
      void stale("/api/v1/remedy-schedules");
      toast({ title: `${s.title} makes no more plans`, detail: "Those that it made stay." });
    },
  });
  if (all.isError) {
    return (
      <Failed
        what="What makes plans could not be read."
        error={all.error}
        onRetry={() => void all.refetch()}
        retrying={all.isRefetching}
      />
    );
  }
  const add = can && (
    <Button look="primary" icon={<Plus size={15} />} onClick={() => edit("new")}>
      Have plans made
    </Button>
  );
  const edited = all.data?.find((s) => s.id === search.edit);
  return (
    <>
      {all.data && all.data.length > 0 && add && <FilterBar end={add}>{null}</FilterBar>}
      <DataTable<Schedule>
        label="What makes plans by the clock"
        rows={all.data}
        columns={columns(can ? { edit, remove: setLeaving } : undefined)}
        rowKey={(s) => s.id}
        rowName={(s) => s.title}
        onOpen={can ? (s) => edit(s.id) : undefined}
        empty={
          <Panel>
            <Empty
              icon={<AlarmClock size={28} strokeWidth={1.5} />}
              title="No plans are made by the clock"
              action={add || undefined}
            >
              At each turn those whom a condition or a check finds are selected anew, and a plan is made for them.
            </Empty>
          </Panel>
        }
      />
      {can && (search.edit === "new" || edited) && (
        <ScheduleForm key={search.edit} of={edited} onClose={() => edit(undefined)} />
      )}
      {leaving && (
        <Dialog
          open
          onClose={() => setLeaving(undefined)}
          title={`Delete ${leaving.title}`}
          intro="It makes no more plans. Those that it made stay, and those that wait still run unless they are declined."
          footer={
            <>
              <Button onClick={() => setLeaving(undefined)}>Leave it</Button>
              <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate(leaving)}>
                Delete the schedule
              </Button>
            </>
          }
        >
          {remove.isError && <Failed what="It was not deleted." error={remove.error} />}
        </Dialog>
      )}
    </>
  );
}

function columns(does?: { edit: (id: string) => void; remove: (s: Schedule) => void }): Column<Schedule>[] {
  return [
    {
      id: "title",
      title: "Schedule",
      width: "26%",
      phone: "title",
      cell: (s) => (
        <span className="inline-flex max-w-full items-center gap-2 align-middle">
          <span className="truncate font-medium">{s.title}</span>
          {!s.enabled && <Tag>off</Tag>}
        </span>
      ),
    },
    {
      id: "who",
      title: "For",
      cell: (s) => <span className="font-mono text-xs text-muted">{s.check || s.people}</span>,
    },
    {
      id: "when",
      title: "When",
      width: "22%",
      cell: (s) => <span title={s.cron}>{scheduleWords(s.cron, s.zone) ?? s.cron}</span>,
    },
    {
      id: "next",
      title: "Next",
      width: "116px",
      named: true,
      from: 768,
      cell: (s) => (s.enabled && s.nextAt ? <Time at={s.nextAt} /> : "never"),
    },
    {
      id: "last",
      title: "Last turn",
      width: "18%",
      from: 1024,
      cell: (s) =>
        s.lastPlan ? (
          <Link to="/remedies/$id" params={{ id: s.lastPlan }} className="hover:underline">
            {s.lastAt ? <Time at={s.lastAt} /> : "the plan"}
          </Link>
        ) : (
          <span title={s.lastSays} className="text-muted">
            {s.lastSays}
          </span>
        ),
    },
    ...(does
      ? [
          {
            id: "do",
            title: "Do",
            hideTitle: true,
            width: "96px",
            right: true,
            cell: (s: Schedule) => (
              <span className="inline-flex gap-1">
                <Button
                  size="sm"
                  look="quiet"
                  icon={<Pencil size={14} />}
                  aria-label={`Change ${s.title}`}
                  onClick={() => does.edit(s.id)}
                />
                <Button
                  size="sm"
                  look="quiet"
                  icon={<Trash2 size={14} />}
                  aria-label={`Delete ${s.title}`}
                  onClick={() => does.remove(s)}
                />
              </span>
            ),
          },
        ]
      : []),
  ];
}
