import { useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { Panel } from "../../../kit/Page.tsx";
import { Tag } from "../../../kit/State.tsx";
import { Time } from "../../../kit/Time.tsx";
import { Changes } from "./Changes.tsx";
import { type Texts, textsOf } from "./texts.ts";
import type { FileDetail } from "./useRuleFile.ts";

/** What was published, and how what is typed differs from it. */
export function Versions({ file, now, onTake }: { file: FileDetail; now: Texts; onTake?: (texts: Texts) => void }) {
  const [chosen, setChosen] = useState<number>();
  if (file.versions.length === 0) {
    return <p className="text-sm text-muted">Nothing is published yet. Each version that is stays here.</p>;
  }
  const open = file.versions.find((v) => v.number === (chosen ?? file.version));
  return (
    <div className="flex flex-col gap-4">
      <Panel>
        <ul className="max-h-64 divide-y overflow-y-auto">
          {file.versions.map((v) => (
            <li key={v.number}>
              <button
                type="button"
                aria-pressed={v === open}
                onClick={() => setChosen(v.number)}
                className="flex w-full items-baseline gap-2.5 px-3 py-2 text-left hover:bg-hover focus-visible:-outline-offset-2 aria-pressed:bg-accent-soft"
              >
                <span className="shrink-0 tabular-nums">Version {v.number}</span>
                {v.number === file.version && <Tag>runs</Tag>}
                <span className="min-w-0 flex-1 text-sm wrap-anywhere text-muted">{v.note}</span>
                <span className="shrink-0 text-xs text-faint">
                  {v.author.name} <Time at={v.createdAt} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      {open && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 className="text-sm font-medium">From version {open.number} to what is typed</h2>
            {onTake && (open.text !== now.text || open.cases !== now.cases) && (
              <Button size="sm" onClick={() => onTake(textsOf(open))}>
                Go back to it
              </Button>
            )}
          </div>
          <Changes before={open} after={now} />
        </>
      )}
    </div>
  );
}
