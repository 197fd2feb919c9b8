import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { toast } from "../../kit/Toast.tsx";
import { emailProblem } from "../session/password.ts";
import { useSession } from "../session/session.ts";

/** Invites somebody by mail, with the roles that they will have. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { permissions, features } = useSession();
  const roles = useQuery(read("/api/v1/roles", {}));
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [left, setLeft] = useState(false);
  const invite = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/members", { body: { email: email.trim(), name: name.trim() || undefined, roles: chosen } }),
    onSuccess: (i) => {
      void stale("/api/v1/invitations");
      toast({ title: `${i.email} is invited`, detail: "A letter with a link is on its way." });
      onClose();
    },
  });
  const failure = invite.error instanceof Failure ? invite.error : undefined;
  const field = failure?.detail?.field;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite somebody"
      intro="They become a member once they have opened the link in the letter."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          invite.mutate();
        }}
      >
        {!features.mail && (
          <Note tone="warn" title="The server sends no mail">
            Nobody can be invited before it does: see Settings → Mail. On the server, sallyport user add makes somebody
            a member.
          </Note>
        )}
        <Field label="E-mail address" error={failure?.forField("email") ?? (left ? emailProblem(email) : undefined)}>
          {(f) => (
            <Input
              {...f}
              type="email"
              autoComplete="off"
              value={email}
              onBlur={() => setLeft(true)}
              onChange={(e) => setEmail(e.target.value)}
            />
          )}
        </Field>
        <Field label="Name" help="How the letter greets them. May be empty." error={failure?.forField("name")}>
          {(f) => <Input {...f} autoComplete="off" value={name} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">Roles</legend>
          {roles.data?.map((r) => {
            const beyond = !r.permissions.every((p) => permissions.includes(p));
            return (
              <Checkbox
                key={r.id}
                shown
                label={r.name + (beyond ? " (more than you may do)" : "")}
                disabled={beyond}
                checked={chosen.includes(r.id)}
                onChange={(on) => setChosen(on ? [...chosen, r.id] : chosen.filter((x) => x !== r.id))}
              />
            );
          })}
          {roles.isError && <Failed what="The roles could not be read." error={roles.error} />}
        </fieldset>
        {failure && field !== "email" && field !== "name" && <Failed what="Nobody was invited." error={failure} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={invite.isPending}
            disabled={!features.mail || !email.trim() || !!emailProblem(email)}
          >
            Send the invitation
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
