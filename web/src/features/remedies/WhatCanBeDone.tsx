import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { useReadNow } from "../visibility/tenant.ts";
import { PlanRemedy } from "./PlanRemedy.tsx";
import { fitting, type Playbook, type Subject } from "./remedy.ts";
import { RemedyMark } from "./remedyMarks.tsx";

type Finding = { id: string; check: string; open: boolean; seenAt: string; subject: Subject };

/** The playbooks that fit a finding, and the plans that were made about it. */
export function WhatCanBeDone({ tenant, finding }: { tenant: string; finding: Finding }) {
  const can = useCan("remedies:read");
  if (!can) return null;
  return (
    <Section title="What can be done">
      <Fitting tenant={tenant} finding={finding} />
      <Plans tenant={tenant} finding={finding} />
    </Section>
  );
}

function Fitting({ tenant, finding: { id, check, open, subject } }: { tenant: string; finding: Finding }) {
  const can = useCan("remedies:run");
  const [chosen, setChosen] = useState<Playbook>();
  const books = useQuery(read("/api/v1/playbooks", {}));
  if (books.isError) return <Failed what="What can be done could not be read." error={books.error} />;
  if (!books.data) return <SkeletonLines lines={3} />;
  const fits = fitting(books.data, { kind: subject.kind, check });
  if (fits.length === 0) {
    return <p className="text-muted">No playbook is for this. How it is put right by hand stands beside it.</p>;
  }
  const repairs = fits.filter((b) => b.fixes.includes(check));
  const others = fits.filter((b) => !b.fixes.includes(check));
  const choose = can && open ? setChosen : undefined;
  return (
    <>
      {repairs.length > 0 && <Playbooks books={repairs} check={check} onChoose={choose} />}
      {repairs.length > 0 && others.length > 0 ? (
        <details className="mt-2">
          <summary className="min-h-6 cursor-pointer rounded-sm text-sm text-muted">
            {counted(others.length, "other playbook")} that could be applied to it
          </summary>
          <Playbooks books={others} check={check} onChoose={choose} className="mt-2" />
        </details>
      ) : (
        others.length > 0 && <Playbooks books={others} check={check} onChoose={choose} />
      )}
      {chosen && (
        <PlanRemedy
          tenant={tenant}
          subjects={[subject]}
          cause={{ kind: "finding", id }}
          check={check}
          first={chosen.id}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  );
}

function Playbooks({
  books,
  check,
  onChoose,
  className = "",
}: {
  books: Playbook[];
  check: string;
  onChoose?: (b: Playbook) => void;
  className?: string;
}) {
  return (
    <ul className={`divide-y rounded-lg border bg-surface ${className}`}>
      {books.map((b) => (
        <li key={b.id} className="flex flex-wrap items-start gap-x-3 gap-y-1 px-3 py-2">
          <div className="min-w-0 flex-1 basis-56">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="font-medium">{b.title}</span>
              {b.fixes.includes(check) && <Tag tone="live">repairs it</Tag>}
              {b.approval && <Tag title={b.approval}>wants approval</Tag>}
              {!b.canUndo && <Tag tone="warn">not all can be undone</Tag>}
            </p>
            <p className="text-sm text-muted">{b.description}</p>
          </div>
          {onChoose && (
            <Button size="sm" aria-label={`Show what it would do: ${b.title}`} onClick={() => onChoose(b)}>
              Show what it would do
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Plans({ tenant, finding: { id, open, seenAt } }: { tenant: string; finding: Finding }) {
  const plans = usePages("/api/v1/remedies", { query: { cause: "finding", causeId: id, limit: 5 } });
  if (!plans.items || plans.items.length === 0) return null;
  const done = plans.items.some((r) => r.state === "done" && r.endedAt && r.endedAt > seenAt);
  return (
    <>
      {open && done && <NotReadSince tenant={tenant} />}
      <ul className="mt-3 divide-y rounded-lg border bg-surface" aria-label="Plans about it">
        {plans.items.map((r) => (
          <li key={r.id} className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-1">
            <RemedyMark state={r.state} />
            <Link
              to="/remedies/$id"
              params={{ id: r.id }}
              className="min-w-0 flex-1 truncate font-medium hover:underline"
            >
              {r.title}
            </Link>
            <span className="text-sm text-muted">
              <Time at={r.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Says why what a plan repaired is still open, and has the org read. */
function NotReadSince({ tenant }: { tenant: string }) {
  const may = useCan("inventory:write");
  const begin = useReadNow(tenant);
  return (
    <div className="mt-3">
      <Note
        title="A plan about it is done"
        action={
          may && (
            <Button size="sm" busy={begin.isPending} onClick={() => begin.mutate()}>
              Read the org now
            </Button>
          )
        }
      >
        The finding stays open until the org is read again and it is not found any more.
      </Note>
    </div>
  );
}
