import { useMutation, useQuery } from "@tanstack/react-query";
import { MoreHorizontal, UserCheck, UserMinus, UserX } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Select } from "../../kit/Field.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { isLastAdmin } from "./members.ts";

type Member = components["schemas"]["Member"];
type Change = components["schemas"]["PatchMember"];

/** The organization's people: what they may do, and whether they may come in. */
export function Members() {
  const members = useQuery(read("/api/v1/members", {}));
  const roles = useQuery(read("/api/v1/roles", {}));
  const { account, permissions } = useSession();
  const [asked, setAsked] = useState<{ member: Member; what: "disable" | "remove" }>();
  const may = permissions.includes("members:write");
  const change = useChange();
  return (
    <Page>
      <PageHeader
        title="Members"
        above={<Above />}
        lead="Who may sign in, and what they may do. Somebody new is added on the server: sallyport user add."
      />
      {members.isError ? (
        <Failed
          what="The members could not be read."
          error={members.error}
          onRetry={() => void members.refetch()}
          retrying={members.isRefetching}
        />
      ) : (
        <DataTable<Member>
          label="Members"
          rows={members.data}
          rowKey={(m) => m.id}
          rowName={(m) => m.name}
          empty={null}
          columns={[
            {
              id: "name",
              title: "Person",
              phone: "title",
              cell: (m) => (
                <span className="flex min-w-0 items-center gap-2">
                  <span className="truncate font-medium">{m.name}</span>
                  {m.id === account.id && <Tag tone="live">you</Tag>}
                  {m.disabled && <Tag tone="warn">disabled</Tag>}
                </span>
              ),
            },
            {
              id: "email",
              title: "E-mail address",
              from: 768,
              cell: (m) => <span className="truncate text-muted">{m.email}</span>,
            },
            {
              id: "role",
              title: "May do",
              width: "150px",
              named: true,
              cell: (m) =>
                may ? (
                  <Select
                    aria-label={`What ${m.name} may do`}
                    value={m.role}
                    disabled={isLastAdmin(members.data, m) || change.isPending}
                    choices={(roles.data ?? [{ role: m.role }]).map((r) => ({ value: r.role, label: r.role }))}
                    onChange={(e) => change.mutate({ member: m, to: { role: e.target.value as Member["role"] } })}
                  />
                ) : (
                  m.role
                ),
            },
            {
              id: "seen",
              named: true,
              title: "Last seen",
              width: "150px",
              cell: (m) => (m.seenAt ? <Time at={m.seenAt} /> : <span className="text-faint">not lately</span>),
            },
            {
              id: "more",
              title: "More",
              hideTitle: true,
              width: "60px",
              right: true,
              phone: "aside",
              cell: (m) =>
                may && (
                  <Menu
                    trigger={
                      <Button
                        size="sm"
                        look="quiet"
                        aria-label={`More for ${m.name}`}
                        icon={<MoreHorizontal size={15} />}
                      />
                    }
                    items={[
                      m.disabled
                        ? {
                            label: "Let them sign in",
                            icon: <UserCheck size={15} />,
                            onSelect: () => change.mutate({ member: m, to: { disabled: false } }),
                          }
                        : {
                            label: "Keep from signing in",
                            icon: <UserX size={15} />,
                            disabled: isLastAdmin(members.data, m),
                            note: isLastAdmin(members.data, m) ? "the last administrator" : undefined,
                            onSelect: () => setAsked({ member: m, what: "disable" }),
                          },
                      {
                        label: "Remove",
                        icon: <UserMinus size={15} />,
                        grave: true,
                        disabled: isLastAdmin(members.data, m),
                        onSelect: () => setAsked({ member: m, what: "remove" }),
                      },
                    ]}
                  />
                ),
            },
          ]}
        />
      )}
      {asked && <Ask {...asked} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}

function useChange(done?: () => void) {
  return useMutation({
    mutationFn: ({ member, to }: { member: Member; to: Change }) =>
      call("patch", "/api/v1/members/{id}", { path: { id: member.id }, body: to }),
    onSuccess: (m) => {
      void stale("/api/v1/members");
      void stale("/api/v1/session");
      done?.();
      toast({ title: m.disabled ? `${m.name} cannot sign in any more` : `${m.name} may sign in, as ${m.role}` });
    },
    onError: (e) => {
      void stale("/api/v1/members");
      toast({ tone: "bad", title: "Nothing was changed", detail: e.message });
    },
  });
}

function Ask({ member, what, onClose }: { member: Member; what: "disable" | "remove"; onClose: () => void }) {
  const disable = useChange(onClose);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/members/{id}", { path: { id: member.id } }),
    onSuccess: () => {
      void stale("/api/v1/members");
      onClose();
      toast({ title: `${member.name} was removed` });
    },
  });
  const removing = what === "remove";
  return (
    <Dialog
      open
      onClose={onClose}
      title={removing ? `Remove ${member.name}` : `Keep ${member.name} from signing in`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            busy={remove.isPending || disable.isPending}
            onClick={() => (removing ? remove.mutate() : disable.mutate({ member, to: { disabled: true } }))}
          >
            {removing ? "Remove" : "Keep out"}
          </Button>
        </>
      }
    >
      <p>
        {removing
          ? "Their sessions end at once, and so do their API tokens, and what uses those. What they did stays in the record."
          : "Their sessions end at once, and their API tokens do nothing until they may sign in again."}
      </p>
      {remove.isError && (
        <div className="mt-4">
          <Failed what="Nobody was removed." error={remove.error} />
        </div>
      )}
    </Dialog>
  );
}
