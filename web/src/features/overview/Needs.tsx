import { Link, type LinkProps } from "@tanstack/react-router";
import {
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  type LucideIcon,
  MailX,
  Plug,
  Radio,
  ShieldX,
} from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { count } from "../../kit/time.ts";

type NeedsOf = components["schemas"]["Needs"];

type Need = { n: number; one: string; many: string; icon: LucideIcon; tone: "bad" | "warn" | "plain"; to: LinkProps };

function listOf(n: NeedsOf): Need[] {
  const all: Need[] = [
    {
      n: n.failedRuns,
      one: "run failed",
      many: "runs failed",
      icon: CircleX,
      tone: "bad",
      to: { to: "/runs", search: { state: "failed", since: "24h" } },
    },
    {
      n: n.unknownActions,
      one: "action of unknown outcome",
      many: "actions of unknown outcome",
      icon: CircleHelp,
      tone: "warn",
      to: { to: "/activity", search: { state: "unknown", since: "24h" } },
    },
    {
      n: n.refusedActions,
      one: "action refused by the guard",
      many: "actions refused by the guard",
      icon: ShieldX,
      tone: "warn",
      to: { to: "/activity", search: { state: "refused", since: "24h" } },
    },
    {
      n: n.failingSources,
      one: "event source fails",
      many: "event sources fail",
      icon: Radio,
      tone: "bad",
      to: { to: "/sources" },
    },
    {
      n: n.failedConnections,
      one: "connection does not work",
      many: "connections do not work",
      icon: Plug,
      tone: "bad",
      to: { to: "/connections" },
    },
    {
      n: n.mailDown ? 1 : 0,
      one: "mail server does not work",
      many: "mail servers do not work",
      icon: MailX,
      tone: "bad",
      to: { to: "/settings/mail" },
    },
    {
      n: n.failedLetters,
      one: "letter could not be sent",
      many: "letters could not be sent",
      icon: MailX,
      tone: "warn",
      to: { to: "/settings/mail", search: { state: "failed" } },
    },
    {
      n: n.waitingRuns,
      one: "run waits",
      many: "runs wait",
      icon: Clock,
      tone: "plain",
      to: { to: "/runs", search: { state: "waiting" } },
    },
  ];
  return all.filter((x) => x.n > 0);
}

const tones = { bad: "text-bad", warn: "text-warn", plain: "text-muted" };

/** What needs somebody now, worst first. */
export function Needs({ needs }: { needs?: NeedsOf }) {
  const list = needs && listOf(needs);
  return (
    <Section title="Needs you">
      <div className="divide-y rounded-lg border bg-surface">
        {!list && (
          <div className="flex h-10 items-center px-3">
            <Skeleton className="h-3.5 w-2/3" />
          </div>
        )}
        {list?.length === 0 && (
          <div className="flex min-h-10 items-center gap-2 px-3 text-muted">
            <CircleCheck size={15} aria-hidden />
            Nothing right now.
          </div>
        )}
        {list?.map((x) => (
          <Link
            key={x.one}
            {...x.to}
            className="group flex min-h-10 items-center gap-2 px-3 first:rounded-t-lg last:rounded-b-lg hover:bg-hover"
          >
            <x.icon size={15} aria-hidden className={tones[x.tone]} />
            <span className="min-w-0 flex-1">
              <strong className={x.tone === "plain" ? "font-medium" : tones[x.tone]}>{count(x.n)}</strong>{" "}
              {x.n === 1 ? x.one : x.many}
            </span>
            <ChevronRight size={14} aria-hidden className="text-faint group-hover:text-ink" />
          </Link>
        ))}
      </div>
    </Section>
  );
}
