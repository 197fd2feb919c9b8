import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { type Asked, AskMember } from "./AskMember.tsx";
import { HandedLink } from "./HandedLink.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { Invited } from "./Invited.tsx";
import { MemberMenu } from "./MemberMenu.tsx";
import { MemberRoles } from "./MemberRoles.tsx";
import { memberColumns } from "./memberColumns.tsx";
import { roleNames } from "./members.ts";

type Member = components["schemas"]["Member"];
type Change = components["schemas"]["PatchMember"];

const route = getRouteApi("/inside/settings/members");

/** The organization's people: where they came from, what they may do, and whether they may come in. */
export function Members() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const members = usePages("/api/v1/members", { query: { q: search.q, role: search.role } });
  const choices = useQuery(read("/api/v1/roles", {}));
  const waiting = useQuery(read("/api/v1/confirmations", {}));
  const { account, permissions } = useSession();
  const [asked, setAsked] = useState<{ member: Member; what: Asked }>();
  const [roles, setRoles] = useState<Member>();
  const [inviting, setInviting] = useState(false);
  const may = permissions.includes("members:write");
  const change = useChange(() => setRoles(undefined));
  const letter = useLetter();
  const link = useMutation({
    mutationFn: (m: Member) => call("post", "/api/v1/members/{id}/confirmation/link", { path: { id: m.id } }),
    onError: (e) => toast({ tone: "bad", title: "No link was made", detail: e.message }),
  });
  return (
    <Page>
      <PageHeader
        title="Members"
        above={<Above />}
        lead="Who may sign in, and what they may do."
        actions={
          may && (
            <Button look="primary" icon={<UserPlus size={15} />} onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      />
      <FilterBar>
        <SearchBox label="Search members" value={search.q ?? ""} onChange={(q) => set({ q: q || undefined })} />
        <Select
          aria-label="Role"
          className="!w-auto"
          value={search.role ?? ""}
          onChange={(e) => set({ role: e.target.value || undefined })}
          choices={[
            { value: "", label: "Any role" },
            ...(choices.data ?? []).map((r) => ({ value: r.id, label: r.name })),
          ]}
        />
      </FilterBar>
      {members.error && !members.items ? (
        <Failed
          what="The members could not be read."
          error={members.error}
          onRetry={members.refetch}
          retrying={members.refetching}
        />
      ) : (
        <DataTable<Member>
          label="Members"
          rows={members.items}
          rowKey={(m) => m.id}
          rowName={(m) => m.name}
          more={members.more}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                title="Nobody fits these filters"
                action={<Button onClick={() => void navigate({ search: {} })}>Clear the filters</Button>}
              />
            </div>
          }
          columns={[
            ...memberColumns(account.id, waiting.data),
            {
              id: "more",
              title: "More",
              hideTitle: true,
              width: "60px",
              right: true,
              phone: "aside",
              cell: (m) => (
                <MemberMenu
                  member={m}
                  onRoles={() => setRoles(m)}
                  onAsk={(what) => setAsked({ member: m, what })}
                  onLetIn={() => change.mutate({ member: m, to: { disabled: false } })}
                  onLetter={() => letter.mutate(m)}
                  onLink={() => link.mutate(m)}
                />
              ),
            },
          ]}
        />
      )}
      <Invited may={may} />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {link.data && <HandedLink name={link.variables.name} url={link.data.url} onClose={link.reset} />}
      {roles && (
        <MemberRoles
          member={roles}
          busy={change.isPending}
          error={change.error}
          onSave={(to) => change.mutate({ member: roles, to: { roles: to } })}
          onClose={() => setRoles(undefined)}
        />
      )}
      {asked && <AskMember {...asked} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}

function useChange(done: () => void) {
  return useMutation({
    mutationFn: ({ member, to }: { member: Member; to: Change }) =>
      call("patch", "/api/v1/members/{id}", { path: { id: member.id }, body: to }),
    onSuccess: (m) => {
      void stale("/api/v1/members");
      void stale("/api/v1/session");
      done();
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

function useLetter() {
  return useMutation({
    mutationFn: (m: Member) => call("post", "/api/v1/members/{id}/confirmation", { path: { id: m.id } }),
    onSettled: () => void stale("/api/v1/confirmations"),
    onSuccess: (c) => toast({ title: `A new link is on its way to ${c.email}`, detail: "The one before is void." }),
    onError: (e) => toast({ tone: "bad", title: "No letter was sent", detail: e.message }),
  });
}
