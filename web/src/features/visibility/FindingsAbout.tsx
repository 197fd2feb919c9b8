import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { SeverityMark } from "../alerts/severity.tsx";
import type { Kind } from "./kinds.ts";

/** What posture checks found about something, and is so still. */
export function FindingsAbout({ tenant, kind, id }: { tenant: string; kind: Kind; id: string }) {
  const list = usePages("/api/v1/tenants/{id}/findings", {
    path: { id: tenant },
    query: { kind, object: id, state: ["open", "accepted"], limit: 20 },
  });
  return (
    <Section title="What checks found">
      {list.error && !list.items ? (
        <Failed what="The findings could not be read." error={list.error} onRetry={list.refetch} />
      ) : (
        <Panel>
          {!list.items && (
            <div className="p-3">
              <SkeletonLines lines={2} />
            </div>
          )}
          {list.items?.length === 0 && <p className="px-3 py-2 text-muted">Nothing, as far as they could look.</p>}
          <ul className="divide-y">
            {list.items?.map((f) => (
              <li key={f.id} className="px-3 py-2">
                <div className="flex flex-wrap items-center gap-x-3">
                  <SeverityMark severity={f.severity === "info" ? "informational" : f.severity} />
                  <span className="min-w-0 flex-1 basis-40 font-medium wrap-anywhere">
                    {f.check.name || f.check.id}
                  </span>
                  {f.state === "accepted" && <Tag>accepted</Tag>}
                </div>
                <p className="text-sm wrap-anywhere text-muted">
                  {f.said} <Time at={f.openedAt} />
                </p>
              </li>
            ))}
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
