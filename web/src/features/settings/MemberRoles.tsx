import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { useSession } from "../session/session.ts";
import { elsewhere } from "./members.ts";

type Member = components["schemas"]["Member"];

type Props = {
  member: Member;
  onSave: (roles: string[]) => void;
  busy: boolean;
  error: Error | null;
  onClose: () => void;
};

/** Says which roles a member has by hand. Those of their Okta groups are shown and stay. */
export function MemberRoles({ member, onSave, busy, error, onClose }: Props) {
  const { permissions } = useSession();
  const roles = useQuery(read("/api/v1/roles", {}));
  const [chosen, setChosen] = useState(member.roles.filter((r) => r.source === "manual").map((r) => r.id));
  const given = elsewhere(member);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Roles of ${member.name}`}
      intro="They may do what their roles allow together."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => onSave(chosen)}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <fieldset>
          <legend className="sr-only">Roles</legend>
          {roles.data?.map((r) => {
            const has = chosen.includes(r.id);
            const beyond = !has && !r.permissions.every((p) => permissions.includes(p));
            const kept = has && r.id === "admin" && member.lastAdmin;
            const why = beyond ? " (more than you may do)" : kept ? " (the last one stays)" : "";
            return (
              <Checkbox
                key={r.id}
                shown
                label={r.name + why}
                disabled={beyond || kept}
                checked={has}
                onChange={(on) => setChosen(on ? [...chosen, r.id] : chosen.filter((x) => x !== r.id))}
              />
            );
          })}
        </fieldset>
        {given.length > 0 && (
          <p className="text-sm text-muted">By their groups in Okta they have {given.join(", ")}.</p>
        )}
        {roles.isError && <Failed what="The roles could not be read." error={roles.error} />}
        {error && <Failed what="The roles were not changed." error={error} />}
      </div>
    </Dialog>
  );
}
