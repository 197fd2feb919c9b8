import { useMutation } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { call } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import type { CheckException } from "./posture.ts";
import { postureStale } from "./useJudge.ts";

/** What is accepted of what a check finds, by whom and until when. */
export function Exceptions({
  tenant,
  list,
  action,
  named,
}: {
  tenant: string;
  list: CheckException[];
  action?: React.ReactNode;
  /** What an object is called, by its key. */
  named: (key: string) => string;
}) {
  const can = useCan("posture:write");
  const back = useMutation({
    mutationFn: (exception: string) =>
      call("delete", "/api/v1/tenants/{id}/exceptions/{exception}", { path: { id: tenant, exception } }),
    onSuccess: () => {
      void postureStale();
      toast({ title: "It is accepted no more", detail: "The org is judged anew in a moment." });
    },
    onError: (e) => toast({ tone: "bad", title: "It is still accepted", detail: e.message }),
  });
  return (
    <Section title="Accepted" aside={action}>
      {list.length === 0 ? (
        <p className="text-sm text-muted">Nothing is. What is meant to be so is accepted, for a reason and a time.</p>
      ) : (
        <ul className="divide-y rounded-lg border bg-surface">
          {list.map((x) => (
            <li key={x.id} className="flex items-start gap-3 px-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium wrap-anywhere">{x.object ? named(x.object) : "All that it finds"}</span>
                  {!x.active && <Tag tone="warn">time is over</Tag>}
                </p>
                <p className="wrap-anywhere">{x.reason}</p>
                <p className="text-sm text-muted">
                  {x.owner} answers for it, since <Time at={x.createdAt} />,{" "}
                  {x.expiresAt ? (
                    <>
                      until <Time at={x.expiresAt} />
                    </>
                  ) : (
                    "for ever"
                  )}
                </p>
              </div>
              {can && (
                <Button
                  size="sm"
                  icon={<Undo2 size={14} />}
                  busy={back.isPending && back.variables === x.id}
                  aria-label={`Take back: ${x.object ? named(x.object) : "all that it finds"}`}
                  onClick={() => back.mutate(x.id)}
                >
                  Take back
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
