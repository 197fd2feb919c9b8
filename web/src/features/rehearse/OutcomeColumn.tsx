import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { PersonChanges } from "./PersonChanges.tsx";
import { RowsWritten } from "./RowsWritten.tsx";
import { Sent } from "./Sent.tsx";
import type { Performance } from "./sandbox.ts";
import { differences, type Message, readMessages } from "./sandbox.ts";

type Props = { performance: Performance; runs: components["schemas"]["Run"][]; every: number | false };

/** The person before and after, what was written down, and the messages that went out. */
export function OutcomeColumn({ performance: p, runs, every }: Props) {
  const login = p.report.user.login;
  const after = useQuery({
    ...read("/api/v1/rehearsal/users/{login}", { path: { login } }),
    refetchInterval: every,
    enabled: login !== "",
  });
  const messages = useQuery({
    queryKey: ["rehearsal", "messages", p.pressed],
    refetchInterval: every,
    queryFn: async ({ signal }) => (await readMessages(signal)).filter((m) => !p.known.has(m.key)),
  });
  const sent = (kind: Message["kind"]) =>
    messages.data?.filter((m) => m.kind === kind).map((m) => <Sent key={m.key} message={m} />);
  return (
    <div className="flex flex-col gap-3">
      {after.data && <PersonChanges name={after.data.name} changes={differences(p.before, after.data)} />}
      {sent("chat")}
      <RowsWritten runs={runs} />
      {sent("mail")}
      {messages.data?.length === 0 && <p className="text-sm text-muted">No message was sent so far.</p>}
    </div>
  );
}
