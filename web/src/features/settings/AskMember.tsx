import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toast.tsx";

type Member = components["schemas"]["Member"];

const asks = {
  remove: {
    title: (name: string) => `Remove ${name}`,
    yes: "Remove",
    done: (name: string) => `${name} was removed`,
    text: "Their sessions end at once, and so do their API tokens, and what uses those. What they did stays in the record.",
  },
  disable: {
    title: (name: string) => `Keep ${name} from signing in`,
    yes: "Keep out",
    done: (name: string) => `${name} cannot sign in any more`,
    text: "Their sessions end at once, and their API tokens do nothing until they may sign in again.",
  },
  sessions: {
    title: (name: string) => `End the sessions of ${name}`,
    yes: "End them",
    done: (name: string) => `${name} is signed out`,
    text: "They are signed out wherever they are signed in to this organization, and may sign in again.",
  },
  factors: {
    title: (name: string) => `Reset the second factors of ${name}`,
    yes: "Reset them",
    done: (name: string) => `${name} has no second factor any more`,
    text: "For somebody who has lost them. Authenticator apps, passkeys and recovery codes are gone, and their sessions end; make sure that it is they who ask.",
  },
};

export type Asked = keyof typeof asks;

type Props = { member: Member; what: Asked; onClose: () => void };

/** Says what will happen to a member before it does. */
export function AskMember({ member, what, onClose }: Props) {
  const words = asks[what];
  const path = { path: { id: member.id } };
  const go = useMutation({
    mutationFn: async () => {
      if (what === "remove") await call("delete", "/api/v1/members/{id}", path);
      else if (what === "sessions") await call("delete", "/api/v1/members/{id}/sessions", path);
      else if (what === "factors") await call("delete", "/api/v1/members/{id}/factors", path);
      else await call("patch", "/api/v1/members/{id}", { ...path, body: { disabled: true } });
    },
    onSettled: () => {
      void stale("/api/v1/members");
      void stale("/api/v1/session");
    },
    onSuccess: () => {
      onClose();
      toast({ title: words.done(member.name) });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.title(member.name)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={go.isPending} onClick={() => go.mutate()}>
            {words.yes}
          </Button>
        </>
      }
    >
      <p>{words.text}</p>
      {what === "remove" && member.origin !== "local" && (
        <p className="mt-2 text-muted">
          They came {member.origin === "scim" ? "by provisioning" : "through Okta"}. Take them off the application in
          Okta, too: whoever is assigned there comes back as somebody new would.
        </p>
      )}
      {go.error && (
        <div className="mt-4">
          <Failed what="It was not done." error={go.error} />
        </div>
      )}
    </Dialog>
  );
}
