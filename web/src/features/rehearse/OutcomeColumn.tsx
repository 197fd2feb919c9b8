import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { PersonChanges } from "./PersonChanges.tsx";
import type { Performance } from "./Rehearse.tsx";
import { RowsWritten } from "./RowsWritten.tsx";
import { Sent } from "./Sent.tsx";
import { differences, messagesOf } from "./sandbox.ts";

type Props = { performance: Performance; runs: components["schemas"]["Run"][]; since: number; every: number | false };

/** The person before and after, what was written down, and the messages that went out. */
export function OutcomeColumn({ performance: p, runs, since, every }: Props) {
  const login = p.report.user.login;
  const after = useQuery({
    ...read("/api/v1/rehearsal/users/{login}", { path: { login } }),
    refetchInterval: every,
    enabled: login !== "",
  });
  const messages = useQuery({
    queryKey: ["rehearsal", "messages", p.pressed],
    refetchInterval: every,
    queryFn: async ({ signal }) => {
      const [slack, teams, mail] = await Promise.all([
        call("get", "/api/v1/rehearsal/slack", { signal }),
        call("get", "/api/v1/rehearsal/teams", { signal }),
        call("get", "/api/v1/rehearsal/mail", { signal }),
      ]);
      return messagesOf(slack, teams, mail, since);
    },
  });
  return (
    <div className="flex flex-col gap-3">
      {after.data && <PersonChanges name={after.data.name} changes={differences(p.before, after.data)} />}
      <RowsWritten runs={runs} />
      {messages.data?.map((m) => (
        <Sent key={m.key} message={m} />
      ))}
      {messages.data?.length === 0 && <p className="text-sm text-muted">No message was sent so far.</p>}
    </div>
  );
}
