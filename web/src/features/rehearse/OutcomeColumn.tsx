import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ArrowRight, Mail, MessageSquare } from "lucide-react";
import { Time } from "../../kit/Time.tsx";
import type { Performance } from "./Rehearse.tsx";
import { ask, differences, type Message, messagesOf, personOf } from "./sandbox.ts";

type Props = { performance: Performance; since: number; every: number | false };

/** The person before and after, and the messages that went out. */
export function OutcomeColumn({ performance: p, since, every }: Props) {
  const login = p.report.user.login;
  const after = useQuery({
    queryKey: ["rehearsal", "user", login, p.pressed],
    queryFn: async ({ signal }) => personOf(await ask(`/users/${encodeURIComponent(login)}`, { signal })),
    refetchInterval: every,
    enabled: login !== "",
  });
  const messages = useQuery({
    queryKey: ["rehearsal", "messages", p.pressed],
    refetchInterval: every,
    queryFn: async ({ signal }) => {
      const [slack, teams, mail] = await Promise.all([
        ask("/slack", { signal }),
        ask("/teams", { signal }),
        ask("/mail", { signal }),
      ]);
      return [
        ...messagesOf("slack", slack, since),
        ...messagesOf("teams", teams, since),
        ...messagesOf("mail", mail, since),
      ].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
    },
  });
  return (
    <div className="flex flex-col gap-3">
      {after.data && (
        <table className="w-full overflow-clip rounded-lg border bg-surface text-sm">
          <caption className="sr-only">{after.data.name} before and after</caption>
          <thead>
            <tr className="border-b bg-sunken text-left text-xs text-muted">
              <th scope="col" className="px-3 py-1.5 font-medium">
                {after.data.name}
              </th>
              <th scope="col" className="px-2 py-1.5 font-medium">
                Before
              </th>
              <th scope="col" className="px-2 py-1.5 font-medium">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {differences(p.before, after.data).map((d) => (
              <tr key={d.name} className="border-b last:border-b-0">
                <th scope="row" className="px-3 py-1.5 text-left font-normal text-muted">
                  {d.name}
                </th>
                <td className="px-2 py-1.5 wrap-anywhere text-muted">{shown(d.before) || "–"}</td>
                <td className={clsx("px-2 py-1.5 wrap-anywhere", d.changed ? "arrive font-medium" : "text-muted")}>
                  {d.changed && <ArrowRight size={12} aria-label="changed to" className="mr-1 inline text-accent" />}
                  {shown(d.after) || "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {messages.data?.map((m) => (
        <Sent key={m.key} message={m} />
      ))}
      {messages.data?.length === 0 && <p className="text-sm text-muted">No message was sent so far.</p>}
    </div>
  );
}

function shown(text: string) {
  return /^\d{4}-\d\d-\d\dT/.test(text) ? <Time at={text} exact /> : text;
}

function Sent({ message: m }: { message: Message }) {
  const Icon = m.key.startsWith("mail") ? Mail : MessageSquare;
  return (
    <article className="arrive rounded-lg border bg-surface px-3 py-2">
      <header className="flex items-center gap-2 text-sm text-muted">
        <Icon size={14} aria-hidden className="shrink-0" />
        <span className="min-w-0 flex-1 truncate font-medium text-ink">{m.where}</span>
        <Time at={m.time} exact />
      </header>
      <p className="mt-1 line-clamp-[12] text-sm whitespace-pre-wrap wrap-anywhere">{m.text}</p>
    </article>
  );
}
