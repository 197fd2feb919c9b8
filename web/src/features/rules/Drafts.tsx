import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Panel } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";

/** The organization's own rules that are not published as they stand. */
export function Drafts() {
  const files = useQuery(read("/api/v1/rulefiles", {}));
  if (files.isError) return <Failed what="Your drafts could not be read." error={files.error} />;
  const drafts = files.data?.filter((f) => f.hasDraft) ?? [];
  if (drafts.length === 0) return null;
  return (
    <section aria-label="Drafts" className="mb-4">
      <Panel>
        <ul className="divide-y">
          {drafts.map((f) => (
            <li key={f.id} className="flex min-h-9 flex-wrap items-center gap-x-3 px-3 py-1.5">
              <Link
                to="/rules/files/$id"
                params={{ id: f.id }}
                className="min-w-0 truncate font-medium text-accent hover:underline"
              >
                {f.title}
              </Link>
              <span className="text-sm text-muted">
                {f.version > 0 ? `draft beside version ${f.version}` : "draft, never published"}
              </span>
              <span className="ml-auto text-sm text-muted">
                <Time at={f.updatedAt} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </section>
  );
}
