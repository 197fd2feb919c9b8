import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Section } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { count } from "../../kit/time.ts";
import { queryOf } from "../alerts/filter.ts";
import { AlertRows } from "../alerts/Related.tsx";
import { severities, severityList } from "../alerts/severity.tsx";
import { worstAlerts } from "../alerts/useAlerts.ts";

const open = queryOf({}, new Date(0));
const shown = 4;

/** How many alerts need work, by severity, and the worst of them. */
export function OpenAlerts() {
  const facets = useQuery(read("/api/v1/alerts/facets", { query: open }));
  const list = useQuery({
    queryKey: ["/api/v1/alerts", "worst"],
    queryFn: ({ signal }) => worstAlerts(open, shown, signal),
  });
  const of = (s: string) => facets.data?.severities.find((c) => c.value === s)?.count ?? 0;
  return (
    <Section
      title="Open alerts"
      aside={
        <>
          {!!facets.data?.overdue && (
            <Link to="/alerts" search={{ view: "overdue" }} className="font-medium text-bad hover:underline">
              {count(facets.data.overdue)} overdue
            </Link>
          )}
          <Link to="/alerts" className="text-accent hover:underline">
            Show all
          </Link>
        </>
      }
    >
      {facets.isError ? (
        <Failed what="The alerts could not be read." error={facets.error} onRetry={() => void facets.refetch()} />
      ) : (
        <ul className="mb-2 grid grid-cols-5 divide-x rounded-lg border bg-surface">
          {severityList.map((s) => {
            const { icon: Icon, label, text } = severities[s];
            const n = of(s);
            return (
              <li key={s}>
                <Link
                  to="/alerts"
                  search={{ severity: s }}
                  className="flex flex-col items-center gap-0.5 rounded-md px-1 py-2 hover:bg-hover"
                >
                  {facets.data ? (
                    <span
                      className={clsx(
                        "inline-flex items-center gap-1 text-lg font-semibold tabular-nums",
                        n === 0 ? "text-faint" : text,
                      )}
                    >
                      <Icon size={14} aria-hidden />
                      {count(n)}
                    </span>
                  ) : (
                    <Skeleton className="my-1 h-4 w-6" />
                  )}
                  <span className={clsx("text-xs", n === 0 ? "text-muted" : text)}>{label}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
      {list.isPending && <Skeleton className="h-24" />}
      {list.data && list.data.length > 0 && <AlertRows alerts={list.data} />}
    </Section>
  );
}
