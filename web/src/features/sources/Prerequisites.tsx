import { useMutation, useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { keyOf, queryClient, read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import { FindingList } from "./FindingList.tsx";
import { FixDialog } from "./FixDialog.tsx";

type Finding = components["schemas"]["Finding"];

/** Looks at the org again. What is found is kept, and shown to whoever looks next. */
function useCheck(id: string) {
  return useMutation({
    mutationFn: () => call("post", "/api/v1/sources/{id}/findings", { path: { id } }),
    onSuccess: (found) => {
      queryClient.setQueryData(keyOf("/api/v1/sources/{id}/findings", { path: { id } }), found);
      void stale("/api/v1/sources", "/api/v1/sources/{id}");
    },
  });
}

/** Whether the org has what alerts are made from, and what the credential sees. */
export function Prerequisites({
  id,
  show = "both",
  look = false,
}: {
  id: string;
  show?: "both" | "sight" | "prerequisites";
  /** Look at the org at once, if nobody has. */
  look?: boolean;
}) {
  const can = useCan("sources:write");
  const found = useQuery(read("/api/v1/sources/{id}/findings", { path: { id } }));
  const check = useCheck(id);
  const [fixing, setFixing] = useState<Finding>();
  const begun = useRef(false);
  const never = found.data !== undefined && !found.data.at;
  useEffect(() => {
    if (!look || !can || !never || begun.current) return;
    begun.current = true;
    check.mutate();
  }, [look, can, never, check.mutate]);
  const again = can && (
    <Button size="sm" icon={<RefreshCw size={13} />} busy={check.isPending} onClick={() => check.mutate()}>
      {check.isPending ? "Looking" : found.data?.at ? "Look again" : "Look now"}
    </Button>
  );
  const aside = (
    <>
      {found.data?.at && (
        <span>
          looked at <Time at={found.data.at} />
        </span>
      )}
      {again}
    </>
  );
  const waiting = found.isPending || (check.isPending && !found.data?.at);
  const body = (list: Finding[], what: "sight" | "prerequisites") => {
    if (waiting)
      return (
        <div className="rounded-lg border bg-surface px-3 py-4">
          <SkeletonLines lines={8} />
        </div>
      );
    if (!found.data?.at)
      return (
        <p className="rounded-lg border bg-surface px-3 py-4 text-muted">
          Nobody has looked yet. It takes about twenty reads of its API and changes nothing.
        </p>
      );
    return what === "sight" ? (
      <FindingList label="What the credential sees" findings={list} words={{ pass: "Seen" }} />
    ) : (
      <FindingList
        label="Prerequisites"
        findings={list}
        action={(f) =>
          can && f.fixable && f.verdict === "fail" ? (
            <Button size="sm" look="primary" onClick={() => setFixing(f)}>
              Put it right
            </Button>
          ) : null
        }
      />
    );
  };
  if (found.isError)
    return <Failed what="What was found could not be read." error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <div className="flex flex-col gap-6">
      {check.isError && <Failed what="It could not be looked at." error={check.error} onRetry={() => check.mutate()} />}
      {show !== "sight" && (
        <Section title="Prerequisites" aside={aside}>
          {body(found.data?.prerequisites ?? [], "prerequisites")}
        </Section>
      )}
      {show !== "prerequisites" && (
        <Section title="What the credential sees" aside={show === "sight" ? aside : undefined}>
          {body(found.data?.sight ?? [], "sight")}
        </Section>
      )}
      {fixing && <FixDialog source={id} finding={fixing} onClose={() => setFixing(undefined)} />}
    </div>
  );
}
