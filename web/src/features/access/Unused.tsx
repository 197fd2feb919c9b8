import { getRouteApi } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { count } from "../../kit/time.ts";
import { EntityLink } from "../visibility/EntityLink.tsx";
import { Gaps } from "./Gaps.tsx";
import { reachWords } from "./reachWords.ts";

const route = getRouteApi("/inside/access");

const spans = ["7", "30", "90", "180"];

/** Apps with people who are assigned to them and do not use them. */
export function Unused({ tenant }: { tenant: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const days = spans.includes(search.days ?? "") ? Number(search.days) : 90;
  const list = usePages("/api/v1/tenants/{id}/access/unused", { path: { id: tenant }, query: { days } });
  const first = list.first;
  if (list.error && !list.items) {
    return <Failed what="What is not used could not be worked out." error={list.error} onRetry={list.refetch} />;
  }
  return (
    <>
      <FilterBar>
        <Select
          aria-label="Not used for"
          className="!w-auto"
          value={String(days)}
          onChange={(e) => void navigate({ search: { ...search, days: e.target.value }, replace: true })}
          choices={spans.map((d) => ({ value: d, label: `Not used for ${d} days` }))}
        />
      </FilterBar>
      {!list.items && <SkeletonLines lines={6} />}
      {first && !first.known && (
        <Note tone="warn" title={`Who did not sign on for ${days} days cannot be told`}>
          {first.since ? (
            <>
              Sign-ons are known since <Time at={first.since} />. Ask for fewer days.
            </>
          ) : (
            "No events of this org are kept. An alert source brings them."
          )}
        </Note>
      )}
      {first?.known && (
        <div className="flex flex-col gap-3">
          <Gaps gaps={first.gaps} />
          {list.items?.length === 0 && <Empty title="All that is assigned is used" />}
          {list.items?.map((a) => (
            <Panel key={a.app.id}>
              <details>
                <summary className="flex flex-wrap items-center gap-x-3 px-3 py-2">
                  <span className="min-w-0 flex-1 basis-48">
                    <EntityLink tenant={tenant} of={a.app} bold />
                  </span>
                  <span className="text-sm text-muted">
                    {count(a.unused)} of {count(a.assigned)} did not sign on
                  </span>
                </summary>
                <ul className="divide-y border-t">
                  {a.people.map((u) => (
                    <li key={u.user.id} className="flex flex-wrap items-center gap-x-3 px-3 py-1">
                      <span className="min-w-0 flex-1 basis-40">
                        <EntityLink tenant={tenant} of={u.user} />
                      </span>
                      <span className="text-sm text-muted">{reachWords(u)}</span>
                    </li>
                  ))}
                  {a.unused > a.people.length && (
                    <li className="px-3 py-1.5 text-sm text-faint">and {count(a.unused - a.people.length)} more</li>
                  )}
                </ul>
              </details>
            </Panel>
          ))}
          {list.more.has && (
            <Button className="self-center" busy={list.more.busy} onClick={list.more.load}>
              Load more
            </Button>
          )}
        </div>
      )}
    </>
  );
}
