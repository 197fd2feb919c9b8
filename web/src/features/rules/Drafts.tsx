import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";

const most = 3;

/** The organization's own rules that are not published as they stand. */
export function Drafts() {
  const files = useQuery(read("/api/v1/rulefiles", {}));
  const [all, setAll] = useState(false);
  if (files.isError) return <Failed what="Your drafts could not be read." error={files.error} />;
  const drafts = (files.data ?? []).filter((f) => f.hasDraft).sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  if (drafts.length === 0) return null;
  const shown = all || drafts.length === most + 1 ? drafts : drafts.slice(0, most);
  return (
    <section aria-label="Drafts" className="mb-4">
      <Panel>
        <ul className="divide-y">
          {shown.map((f) => (
            <li key={f.id} className="flex min-h-9 flex-wrap items-center gap-x-3 px-3 py-1.5">
              <span className="flex max-w-full min-w-0 items-center gap-2">
                <Tag tone="warn">Draft</Tag>
                <Link
                  to="/rules/files/$id"
                  params={{ id: f.id }}
                  className="min-w-0 truncate font-medium text-accent hover:underline"
                >
                  {f.title}
                </Link>
              </span>
              <span className="text-sm text-muted">
                {f.version > 0 ? `version ${f.version} runs` : "never published"}
              </span>
              <span className="ml-auto text-sm text-muted">
                <Time at={f.updatedAt} />
              </span>
            </li>
          ))}
        </ul>
        {shown.length < drafts.length && (
          <Button size="sm" look="quiet" className="m-1" onClick={() => setAll(true)}>
            All {drafts.length} drafts
          </Button>
        )}
      </Panel>
    </section>
  );
}
