import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import type { Permission, Role } from "./matrix.ts";
import { PermissionMatrix } from "./PermissionMatrix.tsx";

/** Shows a role; makes one, or changes one of the organization's own. */
export function RoleDialog({ role, onClose }: { role?: Role; onClose: () => void }) {
  const session = useSession();
  const entries = useQuery(read("/api/v1/permissions", {}));
  const [name, setName] = useState(role?.name ?? "");
  const [chosen, setChosen] = useState<Permission[]>(role?.permissions ?? []);
  const may = session.permissions.includes("roles:write") && !role?.builtin;
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), permissions: chosen };
      return role
        ? call("put", "/api/v1/roles/{role}", { path: { role: role.id }, body })
        : call("post", "/api/v1/roles", { body });
    },
    onSuccess: (r) => {
      void stale("/api/v1/roles", "/api/v1/members", "/api/v1/session");
      onClose();
      toast({ title: `The role ${r.name} was saved` });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const ready = name.trim() !== "" && chosen.length > 0;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={role ? role.name : "New role"}
      intro={may ? "Nobody gives a role more than they may do themselves." : undefined}
      footer={
        may ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" disabled={!ready} busy={save.isPending} onClick={() => save.mutate()}>
              Save
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>Close</Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {role?.builtin && (
          <Note>This role is builtin and stays as it is. Make one of your own to allow otherwise.</Note>
        )}
        {may && (
          <Field label="Name" error={failure?.forField("name")}>
            {(f) => (
              <Input {...f} autoFocus={!role} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />
            )}
          </Field>
        )}
        {entries.isError && (
          <Failed
            what="The permissions could not be read."
            error={entries.error}
            onRetry={() => void entries.refetch()}
          />
        )}
        {entries.isLoading && <SkeletonLines lines={8} />}
        {entries.data && (
          <PermissionMatrix
            entries={entries.data}
            chosen={chosen}
            may={(p) => chosen.includes(p) || session.permissions.includes(p)}
            onChange={may ? setChosen : undefined}
          />
        )}
        {save.isError && !failure?.forField("name") && <Failed what="The role was not saved." error={save.error} />}
      </div>
    </Dialog>
  );
}
