import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { type Effect, EffectTag } from "../activity/effects.tsx";
import { Glyph } from "../connections/Glyph.tsx";
import { cardGlyph } from "../connections/glyphs.ts";
import type { Doing } from "./doings.ts";
import { useDoings } from "./useDoings.ts";

type Detail = components["schemas"]["FlowDetail"];

/** What each run of a flow may do outside, through the flows that it calls too. */
export function Doings({ detail }: { detail: Detail }) {
  const doings = useDoings(detail);
  const d = doings.data;
  if (doings.isError) {
    return (
      <Failed
        what="What the flow does could not be read."
        error={doings.error}
        onRetry={() => void doings.refetch()}
        retrying={doings.isRefetching}
      />
    );
  }
  if (!d) return <SkeletonLines lines={2} />;
  return (
    <>
      {d.list.length === 0 && d.unknown.length === 0 && <Note>It changes nothing outside, and tells nobody.</Note>}
      {d.list.length > 0 && <DoingList list={d.list} />}
      {d.unknown.length > 0 && <Unknown list={d.unknown} more={d.list.length > 0} />}
    </>
  );
}

function DoingList({ list }: { list: Doing[] }) {
  return (
    <div>
      <h3 className="mb-1.5 text-sm font-medium">Each run may</h3>
      <ul className="divide-y rounded-md border">
        {list.map((d) => (
          <li key={`${d.title} ${d.where} ${d.through}`} className="flex items-center gap-2.5 px-2.5 py-1.5">
            <Glyph size="sm" icon={cardGlyph(d)} />
            <span className="min-w-0 flex-1">
              <span className="font-medium">{d.title}</span>
              <span className="block text-xs wrap-anywhere text-muted">
                in {d.where}
                {d.through && `, through ${d.through}`}
                {d.cards > 1 && ` (${d.cards} cards)`}
              </span>
            </span>
            <EffectTag effect={d.effect as Effect} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unknown({ list, more }: { list: string[]; more: boolean }) {
  return (
    <Note tone="warn" title={more ? "It may do more than that" : "What it does is not known"}>
      <ul>
        {list.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Note>
  );
}
