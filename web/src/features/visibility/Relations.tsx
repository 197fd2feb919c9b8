import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { EntityLink } from "./EntityLink.tsx";
import { edgeNotes } from "./edgeNotes.ts";
import { aboutRelation, type Relation } from "./kinds.ts";

type Detail = components["schemas"]["EntityDetail"];
type Direction = "from" | "to";

/** What something is related to, at both ends. */
export function Relations({
  tenant,
  of,
  related,
}: {
  tenant: string;
  of: Detail;
  related: { relation: Relation; direction: Direction }[];
}) {
  return (
    <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-2">
      {related.map((r) => (
        <Ends key={`${r.relation}/${r.direction}`} tenant={tenant} of={of} {...r} />
      ))}
    </div>
  );
}

function Ends({
  tenant,
  of,
  relation,
  direction,
}: {
  tenant: string;
  of: Detail;
  relation: Relation;
  direction: Direction;
}) {
  const list = usePages("/api/v1/tenants/{id}/entities/{kind}/{entity}/edges", {
    path: { id: tenant, kind: of.kind, entity: of.id },
    query: { relation, direction, limit: 20 },
  });
  const title = aboutRelation(relation)[direction];
  return (
    <Section title={title} aside={list.items && list.items.length > 0 && howMany(list.items.length, list.more.has)}>
      {list.error && !list.items ? (
        <Failed what={`“${title}” could not be read.`} error={list.error} onRetry={list.refetch} />
      ) : (
        <Panel>
          {!list.items && (
            <div className="p-3">
              <SkeletonLines lines={2} />
            </div>
          )}
          {list.items?.length === 0 && <p className="px-3 py-2 text-muted">None that was seen.</p>}
          <ul className="divide-y">
            {list.items?.map((e) => {
              const end = direction === "from" ? e.to : e.from;
              const notes = edgeNotes(e.relation, e.body);
              return (
                <li
                  key={`${end.kind}/${end.id}/${e.id ?? ""}`}
                  className="flex flex-wrap items-center gap-x-3 px-3 py-1"
                >
                  <span className="min-w-0 flex-1 basis-48">
                    <EntityLink tenant={tenant} of={{ ...end, name: e.name }} />
                    {notes && <span className="block text-xs wrap-anywhere text-faint">{notes}</span>}
                  </span>
                  <span className="text-sm text-muted">
                    <Time at={e.since} />
                  </span>
                </li>
              );
            })}
          </ul>
          {list.more.has && (
            <div className="border-t p-1.5 text-center">
              <Button look="quiet" size="sm" busy={list.more.busy} onClick={list.more.load}>
                Load more
              </Button>
            </div>
          )}
        </Panel>
      )}
    </Section>
  );
}

function howMany(n: number, more: boolean): string {
  return more ? `the first ${n}` : counted(n, "entry", "entries");
}
