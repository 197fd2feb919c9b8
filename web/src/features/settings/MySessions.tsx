import { useMutation, useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { agentWords } from "./agent.ts";
import { proofWords } from "./proofs.ts";

type Entry = components["schemas"]["SessionEntry"];

/** Where the viewer is signed in. Each place but this one can be signed out, and all of them at once. */
export function MySessions() {
  const sessions = useQuery(read("/api/v1/sessions", {}));
  const end = useMutation({
    mutationFn: async (list: Entry[]) => {
      for (const s of list) await call("delete", "/api/v1/sessions/{id}", { path: { id: s.id } });
    },
    onSettled: () => void stale("/api/v1/sessions"),
    onSuccess: (_, list) => toast({ title: list.length > 1 ? "Signed out everywhere else" : "Signed out there" }),
    onError: (e) => toast({ tone: "bad", title: "Still signed in there", detail: e.message }),
  });
  if (sessions.isError)
    return (
      <Failed what="Your sessions could not be read." error={sessions.error} onRetry={() => void sessions.refetch()} />
    );
  if (!sessions.data) return <SkeletonLines lines={3} />;
  const others = sessions.data.filter((s) => !s.current);
  const busy = (s: Entry) => end.isPending && end.variables.some((v) => v.id === s.id);
  return (
    <div className="flex flex-col items-start gap-3">
      <ul className="w-full divide-y rounded-lg border bg-surface">
        {sessions.data.map((s) => (
          <li key={s.id} className="flex items-center gap-3 px-3.5 py-2.5">
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate font-medium" title={s.agent}>
                  {agentWords(s.agent)}
                </span>
                {s.current && <Tag tone="live">this one</Tag>}
              </div>
              <div className="text-sm text-muted">
                {s.addr}, signed in by {proofWords(s.method, s.second)} <Time at={s.createdAt} />, last seen{" "}
                <Time at={s.seenAt} />
              </div>
            </div>
            {!s.current && (
              <Button size="sm" busy={busy(s)} onClick={() => end.mutate([s])}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <Button size="sm" look="quiet" busy={end.isPending} onClick={() => end.mutate(others)}>
          Sign out everywhere else
        </Button>
      )}
    </div>
  );
}
