import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import type { Kind } from "../visibility/kinds.ts";
import { NodeLink } from "./NodeLink.tsx";
import { keyOf } from "./node.ts";
import { stepWords } from "./stepWords.ts";
import { Takes } from "./Takes.tsx";

type Aspect = components["schemas"]["AccessAspect"];

/** The fewest steps that would have to go, so that no way is left. It is worked out when asked for. */
export function Cut({
  tenant,
  of,
  aspect,
}: {
  tenant: string;
  of: { id: string; kind: Kind; entity: string };
  aspect?: string;
}) {
  const [asked, setAsked] = useState(false);
  const cut = useQuery({
    ...read("/api/v1/tenants/{id}/access/principals/{kind}/{entity}/cut", {
      path: of,
      query: { aspect: aspect as Aspect | undefined },
    }),
    enabled: asked,
  });
  return (
    <Section title="What would close all ways">
      <Panel className="px-3 py-2.5">
        {!asked && (
          <div className="flex flex-wrap items-center gap-3">
            <p className="min-w-0 flex-1 basis-64 text-muted">
              Taking away the shortest way often leaves a longer one. This finds the fewest changes that leave none.
            </p>
            <Button onClick={() => setAsked(true)}>Work it out</Button>
          </div>
        )}
        {asked && cut.isPending && <SkeletonLines lines={2} />}
        {cut.isError && (
          <Failed what="It could not be worked out." error={cut.error} onRetry={() => void cut.refetch()} />
        )}
        {cut.data && !cut.data.possible && (
          <p>
            No changes that are known close all ways: one of them is a step that nothing takes away, or there are too
            many.
          </p>
        )}
        {cut.data?.possible && (
          <ol className="flex flex-col gap-2">
            {cut.data.steps.map((s) => (
              <li key={`${keyOf(s.from)}>${keyOf(s.to)}`}>
                <span className="flex flex-wrap items-center gap-x-2">
                  <NodeLink tenant={tenant} node={s.from} bold />
                  <span className="text-muted">{stepWords(s.kind)}</span>
                  <NodeLink tenant={tenant} node={s.to} bold />
                </span>
                <Takes tenant={tenant} start={{ kind: of.kind, id: of.entity }} step={s} />
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </Section>
  );
}
