import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import { PlanRemedy } from "./PlanRemedy.tsx";
import { fitting, type Playbook, type Subject } from "./remedy.ts";
import { RemedyMark } from "./remedyMarks.tsx";

type Finding = { id: string; check: string; open: boolean; subject: Subject };

/** The playbooks that fit a finding, and the plans that were made about it. */
export function WhatCanBeDone({ tenant, finding }: { tenant: string; finding: Finding }) {
  const can = useCan("remedies:read");
  if (!can) return null;
  return (
    <Section title="What can be done">
      <Fitting tenant={tenant} finding={finding} />
      <Plans finding={finding.id} />
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
  return (
    <>
      <ul className="divide-y rounded-lg border bg-surface">
        {fits.map((b) => (
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
            {can && open && (
              <Button size="sm" aria-label={`Show what it would do: ${b.title}`} onClick={() => setChosen(b)}>
                Show what it would do
              </Button>
            )}
          </li>
        ))}
      </ul>
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

function Plans({ finding }: { finding: string }) {
  const plans = usePages("/api/v1/remedies", { query: { cause: "finding", causeId: finding, limit: 5 } });
  if (!plans.items || plans.items.length === 0) return null;
  return (
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
  );
}
