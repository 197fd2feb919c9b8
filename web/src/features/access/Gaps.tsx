import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { collectionName } from "../visibility/kinds.ts";

type Gap = components["schemas"]["AccessGap"];

/** What was not seen, and what is therefore not known: an answer without it would be taken for whole. */
export function Gaps({
  gaps,
  title = "Not all was seen, so there may be more than stands here",
}: {
  gaps: Gap[] | undefined;
  title?: string;
}) {
  if (!gaps || gaps.length === 0) return null;
  return (
    <Note tone="warn" title={title}>
      <details>
        <summary className="py-0.5 pointer-coarse:py-2">
          {gaps
            .slice(0, 4)
            .map((g) => collectionName(g.collection))
            .join(", ")}
          {gaps.length > 4 && ` and ${gaps.length - 4} more`}
        </summary>
        <ul className="mt-1 flex list-disc flex-col gap-0.5 pl-5">
          {gaps.map((g) => (
            <li key={g.collection}>
              <span className="text-ink">{collectionName(g.collection)}</span>: {g.means}
              {g.said && ` (${g.said})`}
            </li>
          ))}
        </ul>
      </details>
    </Note>
  );
}
