import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { FieldChanges } from "./FieldChanges.tsx";
import { fieldDiff } from "./fieldDiff.ts";

type Detail = components["schemas"]["EntityDetail"];

/** How many versions the server tells of. */
const told = 100;

/** What something was like, version by version, and what each changed. */
export function History({ entity: e }: { entity: Detail }) {
  return (
    <div className="flex max-w-4xl flex-col gap-3">
      {e.versions.map((v, i) => {
        const before = e.versions[i + 1];
        const again = before && before.until !== v.since; // it was gone between the two
        return (
          <Panel key={v.since} className="px-3 py-2.5">
            <div className="mb-1.5 flex flex-wrap items-baseline gap-x-3">
              <h2 className="text-base">
                {i === 0 && !v.until
                  ? "As it is now"
                  : before || e.versions.length === told
                    ? "As it was"
                    : "As it was first seen"}
              </h2>
              <span className="text-sm text-muted">
                since <Time at={v.since} />
                {v.until && (
                  <>
                    {" "}
                    until <Time at={v.until} />
                  </>
                )}
              </span>
            </div>
            {before ? (
              <>
                {again && <p className="mb-1.5 text-sm text-warn">It was not there for a time before.</p>}
                <Changes before={before.body} after={v.body} />
              </>
            ) : (
              <p className="text-sm text-muted">
                {e.versions.length === told
                  ? "What was before is kept, and not shown."
                  : "It is known from then on; it may have been there before."}
              </p>
            )}
          </Panel>
        );
      })}
      {e.versions.length === 1 && !e.gone && (
        <Note>It has not changed since it was first seen. Each reading that finds it changed adds a version.</Note>
      )}
    </div>
  );
}

const few = 12;

function Changes({ before, after }: { before: unknown; after: unknown }) {
  const [all, setAll] = useState(false);
  const changes = fieldDiff(before, after);
  if (changes.length === 0) return <p className="text-sm text-muted">Nothing that is kept of it has changed.</p>;
  return (
    <>
      <FieldChanges changes={all ? changes : changes.slice(0, few)} />
      {changes.length > few && (
        <Button look="quiet" size="sm" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `All ${changes.length} fields`}
        </Button>
      )}
    </>
  );
}
