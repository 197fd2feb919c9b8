import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import type { Role } from "./matrix.ts";
import { holders } from "./members.ts";
import { RoleDialog } from "./RoleDialog.tsx";

/** What people can be allowed to do: the builtin roles, and the organization's own. */
export function Roles() {
  const roles = useQuery(read("/api/v1/roles", {}));
  const may = useCan("roles:write");
  const seesPeople = useCan("members:read");
  const [open, setOpen] = useState<Role | "new">();
  const [deleting, setDeleting] = useState<Role>();
  return (
    <Page>
      <PageHeader
        title="Roles"
        above={<Above />}
        lead="A member may do what their roles allow together. A change holds from the next request on."
        actions={
          may && (
            <Button look="primary" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
              New role
            </Button>
          )
        }
      />
      {roles.isError ? (
        <Failed
          what="The roles could not be read."
          error={roles.error}
          onRetry={() => void roles.refetch()}
          retrying={roles.isRefetching}
        />
      ) : (
        <DataTable<Role>
          label="Roles"
          rows={roles.data}
          rowKey={(r) => r.id}
          rowName={(r) => r.name}
          onOpen={setOpen}
          empty={null}
          columns={[
            {
              id: "name",
              title: "Role",
              phone: "title",
              cell: (r) => (
                <span className="flex min-w-0 items-center gap-2">
                  <span className="truncate font-medium">{r.name}</span>
                  {r.builtin && <Tag>builtin</Tag>}
                </span>
              ),
            },
            {
              id: "permissions",
              title: "Allows",
              width: "150px",
              cell: (r) => <span className="text-muted">{counted(r.permissions.length, "permission")}</span>,
            },
            {
              id: "held",
              named: true,
              title: "Held by",
              from: 768,
              cell: (r) => seesPeople && <HeldBy role={r.id} />,
            },
            {
              id: "delete",
              title: "Delete",
              hideTitle: true,
              width: "92px",
              right: true,
              phone: "aside",
              cell: (r) =>
                may &&
                !r.builtin && (
                  <Button size="sm" onClick={() => setDeleting(r)}>
                    Delete
                  </Button>
                ),
            },
          ]}
        />
      )}
      {open && <RoleDialog role={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} />}
      {deleting && <DeleteRole role={deleting} seesPeople={seesPeople} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

/** The first of those who have a role. */
const held = (role: string) => read("/api/v1/members", { query: { role, limit: 5 } });

function HeldBy({ role }: { role: string }) {
  const members = useQuery(held(role));
  if (!members.data) return null;
  return (
    <Link to="/settings/members" search={{ role }} className="truncate text-muted hover:underline">
      {holders(members.data) || "nobody"}
    </Link>
  );
}

function DeleteRole({ role, seesPeople, onClose }: { role: Role; seesPeople: boolean; onClose: () => void }) {
  const members = useQuery({ ...held(role.id), enabled: seesPeople });
  const who = holders(members.data);
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/roles/{role}", { path: { role: role.id } }),
    onSuccess: () => {
      void stale("/api/v1/roles");
      onClose();
      toast({ title: `The role ${role.name} was deleted` });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the role ${role.name}`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={who !== ""} busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete it
          </Button>
        </>
      }
    >
      <p>
        {who
          ? `It is held by ${who}. Take it from them first.`
          : "Nobody has it. Flows that are delegated to it are so no more."}
      </p>
      {remove.isError && (
        <div className="mt-4">
          <Failed what="The role was not deleted." error={remove.error} />
        </div>
      )}
    </Dialog>
  );
}
