import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, LogOut, MoreHorizontal, UserCheck, UserMinus, UserX } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { MemberRoles } from "./MemberRoles.tsx";
import { isLastAdmin, roleNames } from "./members.ts";

type Member = components["schemas"]["Member"];
type Change = components["schemas"]["PatchMember"];

/** The organization's people: what they may do, and whether they may come in. */
export function Members() {
  const members = useQuery(read("/api/v1/members", {}));
  const { account, permissions } = useSession();
  const [asked, setAsked] = useState<{ member: Member; what: "disable" | "remove" | "sessions" }>();
  const [roles, setRoles] = useState<Member>();
  const may = permissions.includes("members:write");
  const mayEnd = permissions.includes("sessions:write");
  const change = useChange(() => setRoles(undefined));
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
              id: "roles",
              title: "Roles",
              named: true,
              cell: (m) => <span className="truncate">{roleNames(m.roles)}</span>,
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
                (may || mayEnd) && (
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
                      {
                        label: "Roles",
                        icon: <KeyRound size={15} />,
                        disabled: !may,
                        onSelect: () => setRoles(m),
                      },
                      {
                        label: "End their sessions",
                        icon: <LogOut size={15} />,
                        disabled: !mayEnd || !m.seenAt,
                        onSelect: () => setAsked({ member: m, what: "sessions" }),
                      },
                      m.disabled
                        ? {
                            label: "Let them sign in",
                            icon: <UserCheck size={15} />,
                            disabled: !may,
                            onSelect: () => change.mutate({ member: m, to: { disabled: false } }),
                          }
                        : {
                            label: "Keep from signing in",
                            icon: <UserX size={15} />,
                            disabled: !may || isLastAdmin(members.data, m),
                            note: isLastAdmin(members.data, m) ? "the last Full Admin" : undefined,
                            onSelect: () => setAsked({ member: m, what: "disable" }),
                          },
                      {
                        label: "Remove",
                        icon: <UserMinus size={15} />,
                        grave: true,
                        disabled: !may || isLastAdmin(members.data, m),
                        onSelect: () => setAsked({ member: m, what: "remove" }),
                      },
                    ]}
                  />
                ),
            },
          ]}
        />
      )}
      {roles && (
        <MemberRoles
          member={roles}
          lastAdmin={isLastAdmin(members.data, roles)}
          busy={change.isPending}
          error={change.error}
          onSave={(to) => change.mutate({ member: roles, to: { roles: to } })}
          onClose={() => setRoles(undefined)}
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
      toast({
        title: m.disabled ? `${m.name} cannot sign in any more` : `${m.name} may sign in, as ${roleNames(m.roles)}`,
      });
    },
    onError: (e) => {
      void stale("/api/v1/members");
      toast({ tone: "bad", title: "Nothing was changed", detail: e.message });
    },
  });
}

const asks = {
  remove: {
    title: (name: string) => `Remove ${name}`,
    yes: "Remove",
    text: "Their sessions end at once, and so do their API tokens, and what uses those. What they did stays in the record.",
  },
  disable: {
    title: (name: string) => `Keep ${name} from signing in`,
    yes: "Keep out",
    text: "Their sessions end at once, and their API tokens do nothing until they may sign in again.",
  },
  sessions: {
    title: (name: string) => `End the sessions of ${name}`,
    yes: "End them",
    text: "They are signed out wherever they are signed in to this organization, and may sign in again.",
  },
};

type AskProps = { member: Member; what: keyof typeof asks; onClose: () => void };

function Ask({ member, what, onClose }: AskProps) {
  const words = asks[what];
  const end = useMutation({
    mutationFn: () => call("delete", "/api/v1/members/{id}/sessions", { path: { id: member.id } }),
    onSuccess: () => {
      void stale("/api/v1/members");
      onClose();
      toast({ title: `${member.name} is signed out` });
    },
  });
  const disable = useChange(onClose);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/members/{id}", { path: { id: member.id } }),
    onSuccess: () => {
      void stale("/api/v1/members");
      onClose();
      toast({ title: `${member.name} was removed` });
    },
  });
  const go = () => {
    if (what === "remove") remove.mutate();
    else if (what === "sessions") end.mutate();
    else disable.mutate({ member, to: { disabled: true } });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.title(member.name)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={remove.isPending || disable.isPending || end.isPending} onClick={go}>
            {words.yes}
          </Button>
        </>
      }
    >
      <p>{words.text}</p>
      {(remove.error ?? end.error) && (
        <div className="mt-4">
          <Failed what="It was not done." error={remove.error ?? end.error} />
        </div>
      )}
    </Dialog>
  );
}
