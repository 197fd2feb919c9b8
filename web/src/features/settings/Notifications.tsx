import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BellRing, CircleAlert, MoreHorizontal, Pencil, Plus, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { SeverityMark } from "../alerts/severity.tsx";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { ChannelDialog } from "./ChannelDialog.tsx";
import { ChannelSheet } from "./ChannelSheet.tsx";
import { type Channel, placeOf } from "./channel.ts";
import { useTestChannel } from "./useTestChannel.ts";

const route = getRouteApi("/inside/settings/notifications");

/** Where people are told of alerts, findings and plans. */
export function Notifications() {
  const channels = useQuery(read("/api/v1/channels", {}));
  const may = useCan("channels:write");
  const [editing, setEditing] = useState<Channel | "new">();
  const [deleting, setDeleting] = useState<Channel>();
  const { channel: shown } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (channel?: string) => void navigate({ search: { channel }, replace: true });
  const test = useTestChannel();
  const add = may && (
    <Button look="primary" icon={<Plus size={15} />} onClick={() => setEditing("new")}>
      New channel
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Notifications"
        above={<Above />}
        lead="Where people are told of alerts, findings and plans that wait for approval: Slack, Teams, mail, or a program of yours."
        actions={channels.data?.length !== 0 && add}
      />
      {channels.isError ? (
        <Failed
          what="The channels could not be read."
          error={channels.error}
          onRetry={() => void channels.refetch()}
          retrying={channels.isRefetching}
        />
      ) : (
        <DataTable<Channel>
          label="Channels"
          rows={channels.data}
          rowKey={(c) => c.id}
          rowName={(c) => c.name}
          onOpen={(c) => show(c.id)}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                icon={<BellRing size={28} strokeWidth={1.5} />}
                title="Nobody is told of anything yet"
                action={add}
                link={
                  <Link to="/connections" className="text-accent hover:underline">
                    See the connections
                  </Link>
                }
              >
                A channel says what is told of, where, and when it is quiet. It wants a connection of Slack, Teams, mail
                or HTTP.
              </Empty>
            </div>
          }
          columns={[
            {
              id: "name",
              title: "Channel",
              phone: "title",
              cell: (c) => (
                <span className="flex min-w-0 items-center gap-2">
                  <button type="button" className="truncate font-medium hover:underline" onClick={() => show(c.id)}>
                    {c.name}
                  </button>
                  {!c.enabled && <Tag>off</Tag>}
                  {c.enabled && c.quietUntil && <Tag tone="live">quiet now</Tag>}
                </span>
              ),
            },
            {
              id: "where",
              title: "Where",
              cell: (c) => (
                <span className="block truncate text-muted" title={placeOf(c)}>
                  {placeOf(c)}
                </span>
              ),
            },
            {
              id: "severity",
              title: "At least",
              width: "120px",
              named: true,
              cell: (c) => <SeverityMark severity={c.severity} />,
            },
            {
              id: "health",
              title: "Last sent",
              width: "30%",
              cell: (c) => <Health channel={c} />,
            },
            {
              id: "more",
              title: "More",
              hideTitle: true,
              width: "60px",
              right: true,
              phone: "aside",
              cell: (c) =>
                may && (
                  <Menu
                    trigger={
                      <Button
                        size="sm"
                        look="quiet"
                        aria-label={`More for ${c.name}`}
                        icon={<MoreHorizontal size={15} />}
                      />
                    }
                    items={[
                      { label: "Edit", icon: <Pencil size={15} />, onSelect: () => setEditing(c) },
                      { label: "Send a test", icon: <Send size={15} />, onSelect: () => test.mutate(c) },
                      "line",
                      { label: "Delete", icon: <Trash2 size={15} />, grave: true, onSelect: () => setDeleting(c) },
                    ]}
                  />
                ),
            },
          ]}
        />
      )}
      {shown && !editing && (
        <ChannelSheet
          id={shown}
          onClose={() => show()}
          onEdit={(c) => {
            show();
            setEditing(c);
          }}
        />
      )}
      {editing && (
        <ChannelDialog channel={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
      {deleting && <DeleteChannel channel={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

/** Whether the last message went out, and when; what is waiting. */
function Health({ channel: c }: { channel: Channel }) {
  const waiting = c.waiting > 0 && `${c.waiting} waiting`;
  if (c.error) {
    return (
      <span className="flex min-w-0 items-center gap-1.5 text-bad" title={c.error}>
        <CircleAlert size={14} aria-hidden className="shrink-0" />
        <span className="truncate">{[waiting, c.error].filter(Boolean).join(", ")}</span>
      </span>
    );
  }
  return (
    <span className="text-muted">
      {c.sentAt ? (
        <>
          <span className="sm:hidden">sent </span>
          <Time at={c.sentAt} />
        </>
      ) : (
        <span className="text-faint">nothing sent yet</span>
      )}
      {waiting && `, ${waiting}`}
    </span>
  );
}

function DeleteChannel({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/channels/{channel}", { path: { channel: channel.id } }),
    onSuccess: () => {
      void stale("/api/v1/channels");
      onClose();
      toast({ title: `The channel ${channel.name} was deleted` });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the channel ${channel.name}`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete it
          </Button>
        </>
      }
    >
      <p>Nobody is told of anything there any more.{channel.waiting > 0 && " What it has not sent yet is not sent."}</p>
      {remove.isError && (
        <div className="mt-4">
          <Failed what="The channel was not deleted." error={remove.error} />
        </div>
      )}
    </Dialog>
  );
}
