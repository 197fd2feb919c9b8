import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { counted } from "../../kit/time.ts";
import { Above } from "./Above.tsx";
import { roleLike } from "./matrix.ts";
import { NewToken } from "./NewToken.tsx";

type Token = components["schemas"]["Token"];

/** API tokens: for programs. */
export function Tokens() {
  const tokens = useQuery(read("/api/v1/tokens", {}));
  const roles = useQuery(read("/api/v1/roles", {}));
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const make = (
    <Button look="primary" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      New token
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="API tokens"
        above={<Above />}
        lead="For programs that use the API. A token never may do more than the one who made it."
        actions={tokens.data?.length !== 0 && make}
      />
      {tokens.isError ? (
        <Failed
          what="The tokens could not be read."
          error={tokens.error}
          onRetry={() => void tokens.refetch()}
          retrying={tokens.isRefetching}
        />
      ) : (
        <DataTable<Token>
          label="API tokens"
          rows={tokens.data}
          rowKey={(t) => t.id}
          rowName={(t) => t.name}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                icon={<KeyRound size={28} strokeWidth={1.5} />}
                title="There are no tokens"
                action={make}
                link={
                  <a href="/api/openapi.json" className="text-accent hover:underline">
                    What the API can do
                  </a>
                }
              >
                A program sends its token as “Authorization: Bearer spt_…”. It is shown once, when it is made.
              </Empty>
            </div>
          }
          columns={[
            { id: "name", title: "Token", phone: "title", cell: (t) => <span className="font-medium">{t.name}</span> },
            {
              id: "hint",
              title: "Ends in",
              width: "110px",
              cell: (t) => <code className="font-mono text-xs text-muted">…{t.hint}</code>,
            },
            {
              id: "permissions",
              title: "May do",
              width: "150px",
              cell: (t) => (
                <span title={t.permissions.join(", ")}>
                  {roleLike(roles.data, t.permissions)?.name ?? counted(t.permissions.length, "permission")}
                </span>
              ),
            },
            {
              id: "owner",
              title: "Made by",
              from: 768,
              cell: (t) => <span className="text-muted">{t.owner.name}</span>,
            },
            {
              id: "seen",
              named: true,
              title: "Last used",
              width: "150px",
              cell: (t) => (t.seenAt ? <Time at={t.seenAt} /> : <span className="text-faint">never</span>),
            },
            {
              id: "ends",
              named: true,
              title: "Expires",
              width: "150px",
              cell: (t) => (t.endsAt ? <Time at={t.endsAt} /> : <span className="text-muted">never</span>),
            },
            {
              id: "end",
              title: "Revoke",
              hideTitle: true,
              width: "92px",
              right: true,
              phone: "aside",
              cell: (t) => (
                <Button size="sm" look="quiet" aria-label={`Revoke the token ${t.name}`} onClick={() => setRevoking(t)}>
                  Revoke
                </Button>
              ),
            },
          ]}
        />
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
      {revoking && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  );
}

function RevokeToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: () => call("delete", "/api/v1/tokens/{id}", { path: { id: token.id } }),
    onSuccess: () => {
      void stale("/api/v1/tokens");
      onClose();
      toast({ title: `The token ${token.name} was revoked` });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke the token ${token.name}`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" busy={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke it
          </Button>
        </>
      }
    >
      <p>
        Whatever uses it is refused from now on.{" "}
        {token.seenAt ? (
          <>
            It was last used <Time at={token.seenAt} />.
          </>
        ) : (
          "It was never used."
        )}
      </p>
      {revoke.isError && (
        <div className="mt-4">
          <Failed what="The token was not revoked." error={revoke.error} />
        </div>
      )}
    </Dialog>
  );
}
