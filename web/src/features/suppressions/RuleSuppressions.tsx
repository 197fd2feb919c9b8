import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";

/** The exceptions of a rule: the suppressions that hide events from it. */
export function RuleSuppressions({ rule }: { rule: { id: string; type: string } }) {
  const query = useQuery(read("/api/v1/suppressions", {}));
  const list = query.data?.filter(
    (s) => s.active && (s.scope === "all" || s.target?.id === (s.scope === "rule" ? rule.id : rule.type)),
  );
  return (
    <Section title="Exceptions">
      {query.isError && <Failed what="The suppressions could not be read." error={query.error} />}
      {!list && !query.isError && <SkeletonLines lines={2} />}
      {list?.length === 0 && <p className="text-muted">None: nothing is hidden from it.</p>}
      {list && list.length > 0 && (
        <Panel>
          <ul className="divide-y">
            {list.map((s) => (
              <li key={s.id} className="px-3.5 py-2">
                <div className="flex items-baseline justify-between gap-3">
                  <Link
                    to="/suppressions/$id"
                    params={{ id: s.id }}
                    className="min-w-0 truncate font-medium hover:underline"
                  >
                    {s.reason}
                  </Link>
                  <span className="shrink-0 text-sm text-muted">
                    {counted(s.hidden, "event")} hidden{s.expiresAt && ", ends "}
                    {s.expiresAt && <Time at={s.expiresAt} />}
                  </span>
                </div>
                <code className="block truncate font-mono text-xs text-muted">{s.where}</code>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Section>
  );
}
