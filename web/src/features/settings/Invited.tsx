import { useMutation, useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time, useNow } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { roleNames } from "./members.ts";

type Invitation = components["schemas"]["Invitation"];

/** Who was invited and has not come yet. */
export function Invited({ may }: { may: boolean }) {
  const list = useQuery(read("/api/v1/invitations", {}));
  if (list.isError)
    return (
      <Section title="Invited" className="mt-8">
        <Failed
          what="The invitations could not be read."
          error={list.error}
          onRetry={() => void list.refetch()}
          retrying={list.isRefetching}
        />
      </Section>
    );
  if (!list.data?.length) return null;
  return (
    <Section title="Invited" className="mt-8">
      <ul className="divide-y rounded-lg border bg-surface">
        {list.data.map((i) => (
          <Row key={i.id} of={i} may={may} />
        ))}
      </ul>
    </Section>
  );
}

function Row({ of: i, may }: { of: Invitation; may: boolean }) {
  const over = useNow().getTime() > new Date(i.endsAt).getTime();
  const again = useMutation({
    mutationFn: () => call("post", "/api/v1/invitations/{invitation}/resend", { path: { invitation: i.id } }),
    onSettled: () => void stale("/api/v1/invitations"),
    onSuccess: () => toast({ title: `${i.email} has a new letter`, detail: "The link before is void." }),
    onError: (e) => toast({ tone: "bad", title: "No letter was sent", detail: e.message }),
  });
  const back = useMutation({
    mutationFn: () => call("delete", "/api/v1/invitations/{invitation}", { path: { invitation: i.id } }),
    onSettled: () => void stale("/api/v1/invitations"),
    onSuccess: () => toast({ title: `The invitation of ${i.email} is taken back` }),
    onError: (e) => toast({ tone: "bad", title: "The invitation holds", detail: e.message }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2.5">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{i.name || i.email}</span>
          {over && <Tag tone="warn">ended</Tag>}
        </div>
        <div className="text-sm text-muted wrap-anywhere">
          {i.name && `${i.email}, `}
          {roleNames(i.roles)}, invited by {i.invitedBy.name} <Time at={i.sentAt} />, {over ? "ended" : "ends"}{" "}
          <Time at={i.endsAt} />
        </div>
      </div>
      {may && (
        <div className="flex gap-2">
          <Button size="sm" busy={again.isPending} onClick={() => again.mutate()}>
            Send again
          </Button>
          <Button size="sm" busy={back.isPending} onClick={() => back.mutate()}>
            Take back
          </Button>
        </div>
      )}
    </li>
  );
}
