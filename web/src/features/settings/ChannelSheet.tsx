import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleSlash, Clock, LoaderCircle, Moon, Pencil, Send } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import { sentence } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { State } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import { useCan } from "../session/session.ts";
import { type Channel, findingWords, moments, type Notice, placeOf } from "./channel.ts";
import { quietInWords } from "./quiet.ts";
import { useTestChannel } from "./useTestChannel.ts";

type Detail = components["schemas"]["ChannelDetail"];

/** A channel: whether it works, what it tells, and what it told lately. */
export function ChannelSheet({
  id,
  onClose,
  onEdit,
}: {
  id: string;
  onClose: () => void;
  onEdit: (c: Channel) => void;
}) {
  const query = useQuery(read("/api/v1/channels/{channel}", { path: { channel: id } }));
  const may = useCan("channels:write");
  const test = useTestChannel();
  const c = query.data;
  return (
    <Sheet
      open
      onClose={onClose}
      title={c?.name ?? "Channel"}
      intro={c && placeOf(c)}
      footer={
        c &&
        may && (
          <>
            <Button icon={<Pencil size={14} />} onClick={() => onEdit(c)}>
              Edit
            </Button>
            <Button look="primary" icon={<Send size={14} />} busy={test.isPending} onClick={() => test.mutate(c)}>
              Send a test
            </Button>
          </>
        )
      }
    >
      {query.isError && (
        <Failed
          what="The channel could not be read."
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isRefetching}
        />
      )}
      {query.isPending && <SkeletonLines lines={8} />}
      {c && (
        <div className="flex flex-col gap-5">
          <Health of={c} />
          <Facts items={factsOf(c)} />
          <Recent notices={c.recent} said={c.error} />
        </div>
      )}
    </Sheet>
  );
}

function Health({ of: c }: { of: Detail }) {
  if (c.error)
    return (
      <Note tone="bad" title="The last message did not go out">
        <p>{sentence(c.error)}</p>
        <p>
          {c.errorAt && <Time at={c.errorAt} />}
          {c.waiting > 0 && `. ${counted(c.waiting, "message")} waiting; what may pass is tried again by itself.`}
        </p>
      </Note>
    );
  if (!c.enabled) return <Note title="It is off">Nothing is sent until it is on again.</Note>;
  if (c.quietUntil)
    return (
      <Note title="It is quiet now">
        It ends <Time at={c.quietUntil} />. {c.waiting > 0 && `${counted(c.waiting, "message")} held back.`}
      </Note>
    );
  return null;
}

function factsOf(c: Detail): [string, React.ReactNode][] {
  const when = c.moments.map((m) => moments[m].did).join(", ");
  return [
    ...(c.moments.length > 0
      ? ([
          ["Alerts", when],
          ["Severity, at least", <SeverityMark key="s" severity={c.severity} />],
        ] as [string, React.ReactNode][])
      : []),
    ...(c.findings ? [["Findings", findingWords(c.findings)] as [string, string]] : []),
    ...(c.approvals ? [["Remediation", "plans that wait for approval"] as [string, string]] : []),
    ...(c.rules.length > 0
      ? [["Only rules", c.rules.map((r) => r.name || "a rule that is gone").join(", ")] as [string, string]]
      : []),
    ...(c.types.length > 0 ? [["Only types", c.types.join(", ")] as [string, string]] : []),
    ...(c.quiet ? [["Quiet", quietInWords(c.quiet)] as [string, string]] : []),
    ["Last sent", c.sentAt ? <Time key="t" at={c.sentAt} /> : "never"],
  ];
}

const states: Record<Notice["state"], { icon: typeof Clock; label: string; tone: "plain" | "quiet" | "warn" | "bad" }> =
  {
    queued: { icon: Clock, label: "Waiting", tone: "quiet" },
    held: { icon: Moon, label: "Held back", tone: "quiet" },
    sending: { icon: LoaderCircle, label: "Being sent", tone: "plain" },
    sent: { icon: CircleCheck, label: "Sent", tone: "quiet" },
    failed: { icon: CircleAlert, label: "Failed", tone: "bad" },
    dropped: { icon: CircleSlash, label: "Not sent: it was off", tone: "quiet" },
  };

function Recent({ notices, said }: { notices: Notice[]; said?: string }) {
  return (
    <Section title="Told lately">
      {notices.length === 0 && <p className="text-muted">It has told of nothing yet. Send a test to see it work.</p>}
      <ul aria-label="Told lately" className="divide-y rounded-lg border bg-surface empty:hidden">
        {notices.map((n) => (
          <li key={n.id} className="px-3 py-2">
            <div className="flex items-start justify-between gap-3">
              <About of={n} />
              <span className="shrink-0 text-sm text-muted">
                <Time at={n.sentAt ?? n.createdAt} />
              </span>
            </div>
            <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
              <Sent notice={n} />
              <span>{moments[n.moment].did}</span>
              {n.state === "held" && n.notBefore && (
                <span>
                  goes out <Time at={n.notBefore} />
                </span>
              )}
              {n.attempts > 1 && <span>{n.attempts} attempts</span>}
            </div>
            {n.error && n.error !== said && n.state !== "sent" && (
              <p className="text-sm text-bad wrap-anywhere">{sentence(n.error)}</p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What a notice is about, as a link to it. */
function About({ of: n }: { of: Notice }) {
  const look = "min-w-0 font-medium wrap-anywhere hover:underline";
  if (n.plan)
    return (
      <Link to="/remedies/$id" params={{ id: n.plan }} className={look}>
        A plan
      </Link>
    );
  if (n.tenant)
    return (
      <Link to="/findings" search={{ tenant: n.tenant }} className={look}>
        {counted(n.findings ?? 0, "finding")}
      </Link>
    );
  return (
    <Link to="/alerts/$id" params={{ id: n.alert?.id ?? "" }} className={look}>
      {n.alert?.name || "An alert"}
    </Link>
  );
}

function Sent({ notice: n }: { notice: Notice }) {
  const again = n.state === "sending" && n.error;
  const s = states[n.state];
  return (
    <State icon={again ? Clock : s.icon} tone={again ? "warn" : s.tone} label={again ? "Tried again soon" : s.label} />
  );
}
